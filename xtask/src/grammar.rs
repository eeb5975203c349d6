//! `cargo xtask gen grammar`: the grammar that editors colour by, with the words and units of the compiler in it.
//!
//! Regular expressions cannot say what the language is; they are written by hand in `ci.grammar.json`. Which words there
//! are is read from the lexer as text, so that no list of them is kept twice. What kind of word each is to a theme stands
//! here. Also a test of this crate: the file must be what would be written.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Outcome;
use crate::process::root;

const LEXER: &str = "compiler/syntax/src/token.rs";
const BUILDER: &str = "compiler/syntax/src/builder.rs";
const TEMPLATE: &str = "lsp/vscode/syntaxes/ci.grammar.json";
const GRAMMAR: &str = "lsp/vscode/syntaxes/ci.tmLanguage.json";

/// What kind of word each is: the name that the template has for the kind, and its words.
const KINDS: [(&str, &[&str]); 18] = [
    ("use", &["use"]),
    ("as", &["as"]),
    ("unit", &["component", "service", "app"]),
    ("data", &["struct", "enum", "interface"]),
    ("function", &["fn"]),
    ("constant", &["const"]),
    ("test", &["test"]),
    ("rule", &["rule"]),
    ("require", &["require"]),
    ("member", &["input", "param", "let", "output", "needs", "provides", "capability"]),
    ("environment", &["environment"]),
    ("control", &["if", "else", "match", "for", "in", "assert"]),
    ("for", &["for"]),
    ("policy", &["allow", "deny", "on", "to", "when"]),
    ("other", &["existing", "with", "as"]),
    ("boolean", &["true", "false"]),
    ("none", &["none"]),
    ("root", &["crate", "self", "super"]),
];

/// The kinds that start an item.
const ITEMS: [&str; 7] = ["use", "unit", "data", "function", "constant", "test", "rule"];

/// Writes the grammar.
pub(crate) fn write() -> Outcome {
    let root = root()?;
    let text = generated(&root)?;
    std::fs::write(root.join(GRAMMAR), text).map_err(|error| format!("{GRAMMAR}: {error}"))
}

/// The grammar as it must be.
fn generated(root: &Path) -> Result<String, String> {
    let (lexer, builder) = (read(root, LEXER)?, read(root, BUILDER)?);
    fill(&read(root, TEMPLATE)?, &words(&lexer), &units(&builder))
}

fn read(root: &Path, file: &str) -> Result<String, String> {
    std::fs::read_to_string(root.join(file)).map_err(|error| format!("{file}: {error}"))
}

/// The words of the language in the order of the lexer: what is quoted in the comment of each kind of token between the
/// headings `Words` and `Punctuation`, without names.
fn words(lexer: &str) -> Vec<&str> {
    let lines = lexer.lines().map(str::trim);
    let lines = lines.skip_while(|line| *line != "// Words.").take_while(|line| *line != "// Punctuation.");
    let quoted = lines.filter_map(|line| line.strip_prefix("/// `")?.split('`').next());
    quoted.filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase())).collect()
}

/// The units of numbers: the texts that are compared with in the function `quantity`, the longest first, as an
/// alternative that is a part of another must come behind it.
fn units(builder: &str) -> Vec<&str> {
    let lines = builder.lines().map(str::trim);
    let lines = lines
        .skip_while(|line| !line.contains("fn quantity("))
        .skip_while(|line| !line.contains("match unit"));
    let arms = lines.take_while(|line| !line.contains("integer(")).filter_map(|line| line.split_once("=>"));
    let mut units: Vec<&str> = arms.flat_map(|(arm, _)| arm.split('"').skip(1).step_by(2)).collect();
    units.sort_by_key(|unit| (std::cmp::Reverse(unit.len()), *unit));
    units
}

/// The template with words where it has the names of kinds.
fn fill(template: &str, words: &[&str], units: &[&str]) -> Result<String, String> {
    let mut values: BTreeMap<&str, String> = BTreeMap::new();
    let mut problems = Vec::new();
    for word in words {
        if !KINDS.iter().any(|(_, of_kind)| of_kind.contains(word)) {
            problems.push(format!("`{word}` is a word of {LEXER} and has no kind in xtask/src/grammar.rs"));
        }
    }
    for (kind, of_kind) in KINDS {
        for word in of_kind.iter().filter(|word| !words.contains(word)) {
            problems.push(format!("`{word}`, of the kind `{kind}`, is no word of {LEXER}"));
        }
        values.insert(kind, of_kind.join("|"));
    }
    if units.is_empty() {
        problems.push(format!("no units found in {BUILDER}; has its form changed?"));
    }
    let items = ITEMS.iter().filter_map(|kind| values.get(kind).cloned()).collect::<Vec<_>>().join("|");
    values.insert("item", items);
    values.insert("units", units.join("|"));

    let mut text = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once("{{") {
        let Some((name, after)) = behind.split_once("}}") else { break };
        let Some(value) = values.get(name) else {
            problems.push(format!("{TEMPLATE}: `{name}` is no kind of word"));
            break;
        };
        text.push_str(before);
        text.push_str(value);
        rest = after;
    }
    text.push_str(rest);
    if problems.is_empty() { Ok(text) } else { Err(problems.join("\n")) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{GRAMMAR, KINDS, fill, generated, read, units, words};

    #[test]
    fn the_grammar_of_editors_has_the_words_of_the_compiler() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let expected = generated(root).unwrap();
        assert!(read(root, GRAMMAR).unwrap() == expected, "{GRAMMAR} is old: run `cargo xtask gen grammar`");
    }

    #[test]
    fn words_and_units_are_read_from_the_compiler() {
        let lexer = "// Words.\n/// A name.\nIdent,\n/// `use`\nUse,\n/// `test` where an item starts\nTest,\n\
                     // Punctuation.\n/// `{`\nLBrace,\n";
        assert_eq!(words(lexer), ["use", "test"]);
        let builder = "fn quantity(\nlet a = match unit {\n\"s\" => 1,\n\"B\" | \"KiB\" => 2,\n_ => 3,\n\
                       integer(x)\n\"no\" => 1";
        assert_eq!(units(builder), ["KiB", "B", "s"]);
    }

    #[test]
    fn a_word_without_a_kind_is_told() {
        let mut words: Vec<&str> = KINDS.iter().flat_map(|(_, words)| words.iter().copied()).collect();
        assert_eq!(fill("a {{boolean}} {{units}}", &words, &["s"]).unwrap(), "a true|false s");
        assert!(fill("{{other thing}}", &words, &["s"]).is_err());
        words.push("perhaps");
        assert!(fill("", &words, &["s"]).unwrap_err().contains("`perhaps`"));
        words.retain(|word| *word != "true" && *word != "perhaps");
        assert!(fill("", &words, &["s"]).unwrap_err().contains("`true`"));
    }
}
