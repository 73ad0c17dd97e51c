//! Where the kernel keeps the CPU limit of this process, from the texts of `/proc/self/cgroup` and
//! `/proc/self/mountinfo`, and what the limit's files say. Formats: cgroups(7) and proc(5).

/// Which hierarchy limits CPUs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Version {
    /// A hierarchy of its own, with files `cpu.cfs_quota_us` and `cpu.cfs_period_us`.
    V1,
    /// The unified one, with the file `cpu.max`.
    V2,
}

fn words(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|&c| c == b',')
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&c| c == b'\n')
}

/// The process's group in the hierarchy that limits CPUs: the one of version 1 that has the controller, else the unified
/// one. `text` is `/proc/self/cgroup`.
pub fn group(text: &[u8]) -> Option<(Version, &[u8])> {
    let mut unified = None;
    for line in lines(text) {
        let mut parts = line.splitn(3, |&c| c == b':');
        let (Some(id), Some(controllers), Some(path)) = (parts.next(), parts.next(), parts.next()) else { continue };
        if !path.starts_with(b"/") {
            continue;
        }
        if id == b"0" {
            unified = Some((Version::V2, path));
        } else if words(controllers).any(|w| w == b"cpu") {
            return Some((Version::V1, path));
        }
    }
    unified
}

/// Writes the directory of `group` into `out`, its length. `text` is `/proc/self/mountinfo`. `None` if the group is not
/// mounted, or its path is too long.
pub fn directory(text: &[u8], version: Version, group: &[u8], out: &mut [u8]) -> Option<usize> {
    lines(text).find_map(|line| {
        let mut fields = line.split(|&c| c == b' ');
        let root = fields.nth(3)?;
        let point = fields.next()?;
        // Optional fields end with a dash.
        fields.find(|f| *f == b"-")?;
        let kind = fields.next()?;
        let options = fields.nth(1)?;
        let fits = match version {
            Version::V2 => kind == b"cgroup2",
            Version::V1 => kind == b"cgroup" && words(options).any(|w| w == b"cpu"),
        };
        if !fits {
            return None;
        }
        let mut root_buffer = [0; 1024];
        let n = unescape(root, &mut root_buffer)?;
        let below = below(&root_buffer[..n], group)?;
        let n = unescape(point, out)?;
        out.get_mut(n..n + below.len())?.copy_from_slice(below);
        Some(n + below.len())
    })
}

/// The part of `path` below `root`: empty, or beginning with a slash.
fn below<'a>(root: &[u8], path: &'a [u8]) -> Option<&'a [u8]> {
    let rest = if root == b"/" { path } else { path.strip_prefix(root)? };
    match rest {
        b"/" => Some(b""),
        _ if rest.is_empty() || rest[0] == b'/' => Some(rest),
        _ => None,
    }
}

/// Undoes the escapes of mountinfo: a backslash and three octal digits.
fn unescape(field: &[u8], out: &mut [u8]) -> Option<usize> {
    let (mut i, mut n) = (0, 0);
    while i < field.len() {
        let mut c = field[i];
        i += 1;
        if c == b'\\' {
            let digits = field.get(i..i + 3)?;
            c = digits.iter().try_fold(0u8, |v, d| {
                let d = d.checked_sub(b'0').filter(|d| *d < 8)?;
                v.checked_mul(8)?.checked_add(d)
            })?;
            i += 3;
        }
        *out.get_mut(n)? = c;
        n += 1;
    }
    Some(n)
}

fn number(text: &[u8]) -> Option<u64> {
    let text = text.trim_ascii();
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u64, |v, c| {
        let d = c.checked_sub(b'0').filter(|d| *d < 10)?;
        v.checked_mul(10)?.checked_add(u64::from(d))
    })
}

/// GOMAXPROCS for a quota of CPU time in a period, µs: rounded up, at least two.
fn procs(quota: u64, period: u64) -> Option<usize> {
    let whole = quota.div_ceil(Some(period).filter(|p| *p > 0)?);
    Some(usize::try_from(whole).ok()?.max(2))
}

/// Limit by the text of `cpu.max`, `None` if there is none.
pub fn limit_v2(max: &[u8]) -> Option<usize> {
    let mut parts = max.trim_ascii().split(|&c| c == b' ');
    procs(number(parts.next()?)?, number(parts.next()?)?)
}

/// Limit by the texts of `cpu.cfs_quota_us`, which is -1 for none, and `cpu.cfs_period_us`.
pub fn limit_v1(quota: &[u8], period: &[u8]) -> Option<usize> {
    procs(number(quota)?, number(period)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dir(mountinfo: &str, version: Version, group: &str) -> Option<String> {
        let mut out = [0; 256];
        let n = directory(mountinfo.as_bytes(), version, group.as_bytes(), &mut out)?;
        Some(String::from_utf8_lossy(&out[..n]).into_owned())
    }

    #[test]
    fn groups() {
        assert_eq!(group(b"0::/user.slice\n"), Some((Version::V2, &b"/user.slice"[..])));
        let both = b"12:cpuset:/\n3:cpu,cpuacct:/docker/1a:b\n0::/unified\n";
        assert_eq!(group(both), Some((Version::V1, &b"/docker/1a:b"[..])));
        assert_eq!(group(b"4:cpuset:/x\n1:name=systemd:/y\n"), None);
        assert_eq!(group(b""), None);
        assert_eq!(group(b"0::relative\nnonsense\n"), None);
    }

    #[test]
    fn directories() {
        let v2 = "25 30 0:23 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
        assert_eq!(dir(v2, Version::V2, "/").as_deref(), Some("/sys/fs/cgroup"));
        assert_eq!(dir(v2, Version::V2, "/a/b").as_deref(), Some("/sys/fs/cgroup/a/b"));
        assert_eq!(dir(v2, Version::V1, "/a"), None);
        let v1 = "9 8 0:1 / /proc rw - proc proc rw\n\
                  31 30 0:26 /docker/a\\040b /sys\\134cg rw shared:1 master:2 - cgroup cgroup rw,cpu,cpuacct\n";
        assert_eq!(dir(v1, Version::V1, "/docker/a b/c").as_deref(), Some("/sys\\cg/c"));
        assert_eq!(dir(v1, Version::V1, "/docker/a bc"), None);
        assert_eq!(dir("short line", Version::V2, "/"), None);
        assert_eq!(dir("1 2 3 / /bad\\9 rw - cgroup2 x y", Version::V2, "/"), None);
    }

    #[test]
    fn limits() {
        assert_eq!(limit_v2(b"max 100000\n"), None);
        assert_eq!(limit_v2(b"350000 100000\n"), Some(4));
        assert_eq!(limit_v2(b"50000 100000\n"), Some(2));
        assert_eq!(limit_v2(b"50000 0\n"), None);
        assert_eq!(limit_v2(b""), None);
        assert_eq!(limit_v1(b"-1\n", b"100000\n"), None);
        assert_eq!(limit_v1(b"800000\n", b"100000\n"), Some(8));
    }
}
