//! Names the commit that is built, for `/health`: `HUNTAZE_COMMIT` where it is set, else what git
//! says of this checkout. Without git, or outside of a checkout, nothing is said.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=HUNTAZE_COMMIT");
    // A folder inside of somebody else's checkout is no checkout of ours.
    if std::env::var_os("HUNTAZE_COMMIT").is_some()
        || git(&["rev-parse", "--show-prefix"]).is_none_or(|below| !below.is_empty())
    {
        return;
    }
    // Every commit and every checkout adds a line to the log of HEAD.
    for name in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", name])
            && Path::new(&path).exists()
        {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    if let Some(commit) = git(&["rev-parse", "--short", "HEAD"]) {
        println!("cargo:rustc-env=HUNTAZE_COMMIT={commit}");
    }
}

fn git(arguments: &[&str]) -> Option<String> {
    let done = Command::new("git").args(arguments).output().ok()?;
    let said = String::from_utf8(done.stdout).ok()?;
    done.status.success().then(|| said.trim().to_owned())
}
