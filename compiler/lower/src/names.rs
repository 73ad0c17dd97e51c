//! Symbols of functions and variables, and the names that people see.
//!
//! For everything that is not generic, the two are the same: `import/path.F`, `import/path.T.M`,
//! `import/path.(*T).M`. Instances of generic functions have their type arguments in the symbol, with full package
//! paths, and `[...]` in the name that tracebacks show.

use undergo_types::print::{link_list, link_string};
use undergo_types::{Obj, Pkg, Ty, TyKind};

/// A package's path as symbols spell it: what could confuse readers of `path.Name` is escaped, that is, dots of the
/// last element and anything unprintable.
pub fn package_prefix(pkg: Pkg) -> String {
    escape_path(pkg.path.as_str())
}

/// See [`package_prefix`].
pub fn escape_path(path: &str) -> String {
    let last = path.rfind('/').map_or(0, |i| i + 1);
    let mut out = String::with_capacity(path.len());
    for (i, b) in path.bytes().enumerate() {
        if b <= b' ' || b == b'%' || b == b'"' || b >= 0x7f || (b == b'.' && i >= last) {
            out.push_str(&format!("%{b:02x}"));
        } else {
            out.push(char::from(b));
        }
    }
    out
}

/// A package path, or a symbol, without the directory that the package is vendored in: `cmd/vendor/x/y` is `x/y`.
pub fn unvendored(path: &str) -> &str {
    match path.rfind("/vendor/") {
        Some(at) => &path[at + "/vendor/".len()..],
        None => path.strip_prefix("vendor/").unwrap_or(path),
    }
}

/// Symbol of a package-level object, or of a method with its receiver's type arguments in front.
pub fn symbol(obj: Obj, targs: &[Ty]) -> String {
    build(obj, &mut |range| {
        let list = range.of(targs);
        if list.is_empty() { String::new() } else { format!("[{}]", link_list(list)) }
    })
}

/// The name that people see.
pub fn display(obj: Obj, generic: bool) -> String {
    build(obj, &mut |range| if generic && range.count(obj) > 0 { "[...]".into() } else { String::new() })
}

/// Which type arguments of a function.
#[derive(Clone, Copy)]
enum Args {
    /// The first ones, the receiver's.
    Recv(usize),
    /// Those behind.
    Own(usize),
}

impl Args {
    fn of(self, targs: &[Ty]) -> &[Ty] {
        match self {
            Args::Recv(n) => &targs[..n.min(targs.len())],
            Args::Own(n) => &targs[n.min(targs.len())..],
        }
    }
    fn count(self, obj: Obj) -> usize {
        match self {
            Args::Recv(n) => n,
            Args::Own(_) => own_tparams(obj),
        }
    }
}

/// Number of type parameters of the receiver of a method.
pub fn recv_tparams(obj: Obj) -> usize {
    obj.func().and_then(|f| f.recv_tparams.get()).map_or(0, Vec::len)
}

/// Number of a function's or method's own type parameters.
pub fn own_tparams(obj: Obj) -> usize {
    match obj.type_().kind() {
        TyKind::Func(s) => s.tparams.len(),
        _ => 0,
    }
}

fn build(obj: Obj, args: &mut dyn FnMut(Args) -> String) -> String {
    let prefix = obj.pkg.map_or(String::new(), package_prefix);
    let n = recv_tparams(obj);
    let own = args(Args::Own(n));
    match obj.func().and_then(|f| f.recv.get()) {
        Some((base, pointer)) => {
            let recv = format!("{}{}", base.obj.name, args(Args::Recv(n)));
            if *pointer {
                format!("{prefix}.(*{recv}).{}{own}", obj.name)
            } else {
                format!("{prefix}.{recv}.{}{own}", obj.name)
            }
        }
        None => format!("{prefix}.{}{own}", obj.name),
    }
}

/// Symbol of a method made by the compiler for receivers of type `recv`.
pub fn method_of(recv: Ty, name: &str) -> String {
    match recv.kind() {
        TyKind::Pointer(e) => format!("(*{}).{name}", link_string(*e)),
        _ => format!("{}.{name}", link_string(recv)),
    }
}

/// The name that people see of such a method: as for declared ones, types without a name are spelled out.
pub fn method_display(recv: Ty, name: &str) -> String {
    let (base, pointer) = match recv.kind() {
        TyKind::Pointer(e) => (*e, true),
        _ => (recv, false),
    };
    let Some(n) = base.as_named() else { return method_of(recv, name) };
    let prefix = n.obj.pkg.map_or(String::new(), package_prefix);
    let dots = if n.origin.is_some() { "[...]" } else { "" };
    let dot = if prefix.is_empty() { "" } else { "." };
    if pointer {
        format!("{prefix}{dot}(*{}{dots}).{name}", n.obj.name)
    } else {
        format!("{prefix}{dot}{}{dots}.{name}", n.obj.name)
    }
}

/// Symbol of a type descriptor.
pub fn type_symbol(t: Ty) -> String {
    format!("type:{}", link_string(t))
}

/// The path that reflection reports for a type's package.
pub fn type_package(t: Ty) -> Option<&'static str> {
    Some(t.as_named()?.obj.pkg?.data().path.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        assert_eq!(escape_path("gopkg.in/yaml.v3"), "gopkg.in/yaml%2ev3");
        assert_eq!(escape_path("net/http"), "net/http");
        assert_eq!(escape_path("é"), "%c3%a9");
    }
}
