//! The documents at the root of the repository say what is so: the tour of the README is taken step by step, its
//! numbers are counted again, and every path that a document names exists.
//!
//! In the README a block with `file=` is written to where the tour stands, and a `console` block is typed: lines after
//! `$` are run, what follows them is what they must print. `…` stands for any text inside a line; alone on a line, for
//! any lines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The documents that are held to what they say about the repository.
const DOCUMENTS: [&str; 4] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];

/// A tour with fewer commands is not the one that was written.
const FEWEST_COMMANDS: usize = 12;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn document(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A fenced block: its line, what follows the fence, and its text.
struct Block<'a> {
    line: usize,
    info: &'a str,
    text: String,
}

fn blocks(markdown: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut open: Option<Block<'_>> = None;
    for (at, line) in markdown.lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(info), None) => open = Some(Block { line: at + 1, info, text: String::new() }),
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, Some(block)) => {
                let _ = writeln!(block.text, "{line}");
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    found
}

/// Takes the tour. Returns how many commands it has, or every place where it says something else than what happens.
fn take(markdown: &str) -> Result<usize, String> {
    let folder = tempfile::tempdir().unwrap();
    let mut here = folder.path().to_owned();
    let mut commands = 0;
    let mut wrong = String::new();
    for Block { line, info, text } in blocks(markdown) {
        if let Some(path) = info.split_whitespace().find_map(|word| word.strip_prefix("file=")) {
            let path = here.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        } else if info == "console" {
            for step in format!("\n{text}").split("\n$ ").skip(1) {
                let (command, expected) = step.split_once('\n').unwrap_or((step, ""));
                commands += 1;
                match run(&mut here, command) {
                    Ok(printed) if is_like(&printed, expected) => {}
                    Ok(printed) => {
                        let _ = writeln!(wrong, "line {line}: `{command}` prints\n{printed}");
                    }
                    Err(problem) => {
                        let _ = writeln!(wrong, "line {line}: `{command}`: {problem}");
                    }
                }
            }
        } else if info.split_whitespace().next() == Some("ci") {
            let _ = writeln!(wrong, "line {line}: a program that nothing compiles; it needs a `file=`");
        }
    }
    if wrong.is_empty() { Ok(commands) } else { Err(wrong) }
}

/// Runs one line of the tour and returns what it prints, both streams as a terminal shows them.
fn run(here: &mut PathBuf, line: &str) -> Result<String, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["cd", folder] => {
            let there = here.join(folder);
            if !there.is_dir() {
                return Err("there is no such folder".to_owned());
            }
            *here = there;
            Ok(String::new())
        }
        ["cat", path] => fs::read_to_string(here.join(path)).map_err(|error| error.to_string()),
        ["cleaninfra", arguments @ ..] => {
            let (mut reader, writer) = std::io::pipe().unwrap();
            let mut command = Command::new(env!("CARGO_BIN_EXE_cleaninfra"));
            command.args(arguments).current_dir(here).env("NO_COLOR", "1").stdin(Stdio::null());
            command.stdout(writer.try_clone().unwrap()).stderr(writer);
            let mut child = command.spawn().unwrap();
            // The command holds the other ends of the pipe, which would never end.
            drop(command);
            let mut printed = String::new();
            std::io::Read::read_to_string(&mut reader, &mut printed).unwrap();
            // Findings end with 1, as the tour shows; anything above is a command that cannot be used like this.
            match child.wait().unwrap().code() {
                Some(0 | 1) => Ok(printed),
                code => Err(format!("ended with {code:?}\n{printed}")),
            }
        }
        _ => Err("the tour knows `cleaninfra`, `cd` and `cat`".to_owned()),
    }
}

/// Whether `printed` is what the tour expects.
fn is_like(printed: &str, expected: &str) -> bool {
    let lines = |text: &str| -> Vec<String> {
        text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect()
    };
    lines_match(&lines(printed), &lines(expected))
}

fn lines_match(printed: &[String], expected: &[String]) -> bool {
    match (printed, expected) {
        (_, [first, rest @ ..]) if first.trim() == "…" => {
            (0..=printed.len()).any(|skipped| lines_match(&printed[skipped..], rest))
        }
        ([line, printed @ ..], [like, expected @ ..]) => {
            line_matches(line, like) && lines_match(printed, expected)
        }
        (printed, expected) => printed.is_empty() && expected.is_empty(),
    }
}

fn line_matches(line: &str, like: &str) -> bool {
    let Some((before, after)) = like.split_once('…') else { return line == like };
    let Some(rest) = line.strip_prefix(before) else { return false };
    (0..=rest.len()).filter(|&at| rest.is_char_boundary(at)).any(|at| line_matches(&rest[at..], after))
}

#[test]
fn the_tour_is_as_told() {
    match take(&document("README.md")) {
        Ok(commands) => assert!(commands >= FEWEST_COMMANDS, "the tour has only {commands} commands"),
        Err(wrong) => panic!("{wrong}"),
    }
}

/// A tour that is wrong in any way must not pass.
#[test]
fn a_tour_that_lies_fails() {
    let tour = |output: &str| {
        format!(
            "```console\n$ cleaninfra new shop\n{output}\n$ cd shop\n$ cleaninfra check\n…no findings\n```\n"
        )
    };
    let truth = "created `shop`; build it with `cleaninfra build shop`";
    assert_eq!(take(&tour(truth)), Ok(3));
    assert_eq!(take(&tour("created …")), Ok(3));
    assert_eq!(take(&tour("…")), Ok(3));
    for lie in ["created `shop`", "", "created `shop`…\nand more", "made …"] {
        assert!(take(&tour(lie)).is_err(), "{lie}");
    }
    let broken = format!(
        "{}```ci file=src/main.ci\nservice {{\n```\n```console\n$ cleaninfra check\nchecked …\n```\n",
        tour(truth)
    );
    for wrong in [
        tour(truth).replace("cd shop", "cd shops"),
        tour(truth).replace("cleaninfra check", "cleaninfra chekc"),
        tour(truth).replace("cleaninfra check", "rm check"),
        tour(truth).replace("no findings", "1 error"),
        broken,
        "```ci\nservice Orders {}\n```\n".to_owned(),
    ] {
        assert!(take(&wrong).is_err(), "{wrong}");
    }
}

/// The README counts what the compiler knows as the catalog does.
#[test]
fn numbers_are_right() {
    let sources = document("compiler/catalog/data/SOURCES.toml");
    let readme = document("README.md");
    for (count, words) in
        [("types", "resource types"), ("properties", "properties"), ("actions", "IAM actions")]
    {
        let prefix = format!("{count} = ");
        let number: usize =
            sources.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap().parse().unwrap();
        let written = format!("{},{:03} {words}", number / 1000, number % 1000);
        assert!(readme.contains(&written), "README.md should say: {written}");
    }
}

/// What runs before a change is kept is the command that the README names.
#[test]
fn all_tests_are_run_as_told() {
    let script = fs::read_to_string(root().join(".ci/run")).unwrap();
    let called = script.lines().last().and_then(|line| line.strip_prefix("exec ")?.strip_suffix(" \"$@\""));
    let called = called.expect("`.ci/run` ends with the command that it calls");
    let named = document("README.md").lines().any(|line| line.starts_with(&format!("{called} ")));
    assert!(named, "README.md should name `{called}`");
}

/// Links, and names of files in code, lead somewhere.
#[test]
fn documents_name_what_there_is() {
    let root = root();
    let mut wrong = String::new();
    for name in DOCUMENTS {
        let text = document(name);
        let mut in_block = false;
        for (at, line) in text.lines().enumerate() {
            in_block ^= line.starts_with("```");
            if in_block {
                continue;
            }
            let links = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            let links = links.filter(|link| !link.contains("://") && !link.starts_with('#'));
            let code = line.split('`').skip(1).step_by(2).filter(|code| is_path(&root, code));
            for path in links.chain(code) {
                let path = path.split('#').next().unwrap_or_default();
                if !root.join(path).exists() {
                    let _ = writeln!(wrong, "{name}:{}: there is no `{path}`", at + 1);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Whether a piece of code in a document names a file or folder of the repository: it begins with one of its folders,
/// and no part of it is left open.
fn is_path(root: &Path, code: &str) -> bool {
    let is_plain = code.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
    let folder = code.split_once('/').map(|(folder, _)| folder);
    // What is built is not there on every machine.
    is_plain
        && folder.is_some_and(|folder| folder != "target" && !folder.is_empty() && root.join(folder).is_dir())
}

/// What ARCHITECTURE.md calls an invariant and neither Cargo nor a lint keeps.
#[test]
fn invariants_hold() {
    let root = root();
    let architecture = document("ARCHITECTURE.md");
    let mut wrong = String::new();
    for (name, folder, uses) in crates(&architecture) {
        let manifest: String = document(&format!("{folder}/Cargo.toml"));
        // What is for tests comes last.
        let (manifest, _) = manifest.split_once("[dev-dependencies]").unwrap_or((&manifest, ""));
        let depends = |on: &str| {
            manifest
                .lines()
                .any(|line| line.starts_with(&format!("{on}.")) || line.starts_with(&format!("{on} =")))
        };
        for (other, ..) in crates(&architecture) {
            if depends(other) != uses.contains(&other) && other != name {
                let _ = writeln!(wrong, "{name} and {other}: the table and {folder}/Cargo.toml differ");
            }
        }
        for (library, owners) in OWNED {
            if depends(library) && !owners.contains(&name) {
                let _ = writeln!(wrong, "{name} depends on {library}, which is for {owners:?}");
            }
        }
        for file in rust_files(&root.join(folder).join("src")) {
            let path = file.strip_prefix(&root).unwrap().display().to_string().replace('\\', "/");
            let text = fs::read_to_string(&file).unwrap();
            for (words, allowed) in FORBIDDEN {
                let is_allowed = allowed.iter().any(|allowed| {
                    path.starts_with(&format!("compiler/{allowed}")) || path.starts_with(allowed)
                });
                for word in words.iter().filter(|word| !is_allowed && text.contains(**word)) {
                    let _ = writeln!(wrong, "{path} has {word}");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Libraries that are the business of few crates.
const OWNED: [(&str, &[&str]); 7] = [
    ("tower-lsp-server", &["ci-language-server"]),
    ("tokio", &["ci-language-server"]),
    ("ariadne", &["ci-base"]),
    ("logos", &["ci-syntax"]),
    ("lalrpop-util", &["ci-syntax"]),
    ("salsa", &["ci-sema", "ci-project"]),
    ("clap", &["cleaninfra"]),
];

/// Words that must not occur in sources, and the places, below `compiler` or as they are, where they may.
const FORBIDDEN: [(&[&str], &[&str]); 8] = [
    (&["std::fs", "OpenOptions"], &["project/src/system/os.rs", "cli/"]),
    // The language server waits until an editor is quiet, and who draws looks every few milliseconds whether a change has come.
    (&["std::time"], &["cli/", "lsp/server/", "project/src/diagram"]),
    (&["std::env", "std::net::Tcp", "std::net::Udp"], &["cli/"]),
    (&["Command::new"], &["cli/", "project/src/system/git.rs"]),
    (&["ariadne::"], &["base/src/render/human.rs"]),
    (
        &["lalrpop_util::", "logos::"],
        &["syntax/src/parse.rs", "syntax/src/builder.rs", "syntax/src/token.rs"],
    ),
    (&["salsa::accumulator", ".accumulate("], &[]),
    // `describe` says what `Ref` returns, and what is pasted in an editor is a template.
    (&["\"Fn::", "\"Ref\""], &["lsp/ide/src/paste/", "cfn/", "cli/src/command/describe/"]),
];

/// The table of crates: name, folder, and the crates it uses.
fn crates(architecture: &str) -> Vec<(&str, &str, Vec<&str>)> {
    let (_, table) = architecture.split_once("| crate | folder | uses |").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let found: Vec<_> = rows
        .map(|row| {
            let mut cells = row.split('|').skip(1);
            let mut next =
                || cells.next().unwrap_or_default().split('`').skip(1).step_by(2).collect::<Vec<_>>();
            (next()[0], next()[0], next())
        })
        .collect();
    assert!(found.len() >= 10, "the table is there");
    found
}

/// The sources below a folder that are part of the product.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // Tests may do as they like.
        if path.is_dir() && name != "tests" {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && name != "tests.rs" {
            found.push(path);
        }
    }
    found
}
