//! Writing the file.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Writes an executable file: either all of it, or nothing that anybody sees. What was there before is replaced even
/// while it runs; but only a regular file is: a device such as `/dev/null` is written to.
pub fn write_executable(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(m) if m.is_dir() => {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory"));
        }
        Ok(m) if !m.is_file() => {
            return fs::OpenOptions::new().write(true).open(path)?.write_all(bytes);
        }
        _ => {}
    }
    let temp = temp_name(path);
    let result = write_new(&temp, bytes).and_then(|()| fs::rename(&temp, path));
    if result.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&temp);
    }
    result
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o755).open(path)?;
    file.write_all(bytes)
}

/// Beside the target, since a file can be renamed only within its file system.
fn temp_name(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".tmp{}", std::process::id()));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_or_leaves_alone() {
        let dir = std::env::temp_dir().join(format!("undergo-output-{}", std::process::id()));
        fs::create_dir_all(&dir).expect("a directory for the test");
        let path = dir.join("a.out");
        for text in [&b"one"[..], b"two"] {
            write_executable(&path, text).expect("the directory is writable");
            assert_eq!(fs::read(&path).expect("it was written"), text);
        }
        assert!(write_executable(&dir, b"x").is_err());
        assert!(write_executable(&dir.join("missing/a.out"), b"x").is_err());
        // A device that takes nothing: the error shows that the write went there.
        assert!(write_executable(Path::new("/dev/full"), b"x").is_err());
        assert!(fs::metadata("/dev/full").is_ok_and(|m| !m.is_file()));
        let left: Vec<_> = fs::read_dir(&dir).expect("it exists").collect();
        assert_eq!(left.len(), 1);
        fs::remove_dir_all(&dir).expect("it is ours");
    }
}
