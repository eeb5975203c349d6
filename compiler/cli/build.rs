//! Embeds the pages of the error codes: every `spec/errors/<code>.md`, as a sorted table; and says how to link.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        // At a fixed address, as other interpreters are linked: 12,000 pointers of tables would have to be corrected at
        // every start, in pages that would have to be copied for it, for a process that lives for milliseconds.
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let folder = here.join("../../spec/errors");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut codes = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(&folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            // Pages are named by their codes; other Markdown in the folder is an index.
            let code = name.strip_suffix(".md").filter(|code| {
                let digits = code.strip_prefix('E').unwrap_or_default();
                digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit())
            });
            codes.extend(code.map(str::to_owned));
        }
    }
    codes.sort();
    let mut table = String::from("&[\n");
    for code in codes {
        // Relative to the crate, so that the table is the same wherever the repository is.
        let _ = writeln!(
            table,
            "    ({code:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/../../spec/errors/{code}.md\"))),"
        );
    }
    table.push(']');
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("pages.rs"), table)
}
