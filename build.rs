//! Names the commit that is built, for `/health`: `HUNTAZE_COMMIT` where it is set, else what git
//! says of this checkout. Without git, or outside of a checkout, nothing is said. Also tells what
//! the file of icons is, so that no browser keeps an old one: `HUNTAZE_ICONS`.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    name_icons();
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

fn name_icons() {
    const ICONS: &str = "public/icons.svg";
    println!("cargo:rerun-if-changed={ICONS}");
    let bytes = std::fs::read(ICONS).unwrap_or_default();
    // FNV-1a: enough to tell one file from the next.
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    println!("cargo:rustc-env=HUNTAZE_ICONS={:08x}", hash >> 32);
}

fn git(arguments: &[&str]) -> Option<String> {
    let done = Command::new("git").args(arguments).output().ok()?;
    let said = String::from_utf8(done.stdout).ok()?;
    done.status.success().then(|| said.trim().to_owned())
}
