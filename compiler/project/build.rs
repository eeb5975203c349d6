//! Embeds the standard library: every `.ci` file under `stdlib/`, as a sorted table of modules, paths, texts, and the
//! resource types that its rules are for: who has none of them need not read the file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let root = here.join("../../stdlib");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    collect(&root, "", &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for path in files {
        let module = match path.trim_end_matches(".ci") {
            "main" | "lib" => String::new(),
            path => path.replace('/', "::"),
        };
        // Relative to the crate, so that the table is the same wherever the repository is.
        let _ = writeln!(
            table,
            "    ({module:?}, {path:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/../../stdlib/{path}\")), &{:?}),",
            subjects(&fs::read_to_string(root.join(&path))?),
        );
    }
    table.push(']');
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("stdlib.rs"), table)
}

/// The types that the rules of a formatted source are for, in small letters: what stands between `:` and `{` on the lines
/// that begin with `rule`. A test compares them with what the compiler reads.
fn subjects(text: &str) -> Vec<String> {
    let heads = text.lines().filter(|line| line.starts_with("rule "));
    let named = heads.filter_map(|head| head.split_once(": ")?.1.strip_suffix(" {"));
    let mut found: Vec<String> = named.map(str::to_ascii_lowercase).collect();
    found.sort();
    found.dedup();
    found
}

/// Finds the sources under `folder`, by their path below the library's root.
fn collect(folder: &Path, prefix: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else if Path::new(&name).extension().is_some_and(|extension| extension == "ci") {
            files.push(name);
        }
    }
    Ok(())
}
