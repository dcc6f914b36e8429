//! How the site's files are called: cargo-leptos puts a hash of their content into their names, and
//! lists the hashes beside the site.

use std::{fs, io};

use leptos::config::LeptosOptions;
use url::Url;

use crate::model::Site;

/// Reads the list, once: it does not change while a server runs.
pub fn read(options: &LeptosOptions, public_url: &Url) -> io::Result<Site> {
    let hashes = if options.hash_files {
        fs::read_to_string(options.hash_file.as_ref())?
    } else {
        String::new()
    };
    let name = |kind: &str| {
        let hash = hashes.lines().find_map(|line| {
            let (of, hash) = line.split_once(':')?;
            (of.trim() == kind).then(|| format!(".{}", hash.trim()))
        });
        let LeptosOptions { site_pkg_dir, output_name, .. } = options;
        format!("/{site_pkg_dir}/{output_name}{}.{kind}", hash.unwrap_or_default())
    };
    Ok(Site {
        style: name("css").into(),
        module: name("js").into(),
        wasm: name("wasm").into(),
        public_url: public_url.as_str().trim_end_matches('/').into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_list(list: &str) -> io::Result<Site> {
        let options = LeptosOptions::builder()
            .output_name("huntaze")
            .site_pkg_dir("pkg")
            .hash_files(true)
            .hash_file(list.into())
            .build();
        read(&options, &"https://huntaze.example".parse().expect("a URL"))
    }

    #[test]
    fn files_are_called_by_their_content() {
        let list = tempfile::NamedTempFile::new().expect("a file");
        fs::write(list.path(), "js: a1\nwasm: b2\ncss: c3\n").expect("it can be written");
        let site = read_list(&list.path().to_string_lossy()).expect("the list is there");
        assert_eq!(&*site.style, "/pkg/huntaze.c3.css");
        assert_eq!(&*site.module, "/pkg/huntaze.a1.js");
        assert_eq!(&*site.wasm, "/pkg/huntaze.b2.wasm");
        assert_eq!(&*site.public_url, "https://huntaze.example");
    }

    #[test]
    fn without_the_list_nothing_starts() {
        read_list("/nowhere/hash.txt").expect_err("there is no list");
    }
}
