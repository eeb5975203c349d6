//! Random edits for a long time: after any of them the editor is told what a fresh check of the same texts finds, nothing
//! crashes, and the memory stays what it was.
//!
//! The short version is a test. The long one:
//!
//! ```sh
//! SOAK_EDITS=50000 cargo nextest run --release -p ci-language-server --run-ignored only soak --no-capture
//! ```
//!
//! `SOAK_SEED` chooses other edits.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use camino::Utf8Path;
use ci_project::{Host, MemorySystem};
use serde_json::{Value, json};

use super::client::{Client, talk_for};
use super::random::Random;
use crate::abilities::Abilities;
use crate::findings::by_document;
use crate::paths::{Paths, path_of};
use crate::settings::Settings;
use crate::view::{LineCache, View};

/// How many edits there are between two comparisons.
const BETWEEN: usize = 100;

/// How long a server may take until it says what a fresh check says.
const PATIENCE: Duration = Duration::from_mins(1);

/// What is typed beside what the programs have.
const WORDS: [&str; 44] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    ";",
    ":",
    ",",
    ".",
    "=",
    "=>",
    "|",
    "..",
    "..=",
    "?",
    "??",
    "!",
    "#[",
    "service ",
    "component ",
    "app ",
    "interface ",
    "fn ",
    "const ",
    "test \"",
    "rule ",
    "use ",
    "let ",
    "needs ",
    "provides ",
    "input ",
    "output ",
    "allow ",
    "if ",
    "for x in ",
    "match ",
    "\n",
    "\r\n",
    "\u{1F600}",
    "\u{e9}",
    "1",
    "/* ",
];

/// Requests of which each must have an answer, whatever the text is like.
const REQUESTS: [&str; 12] = [
    "textDocument/hover",
    "textDocument/completion",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/codeAction",
    "textDocument/semanticTokens/full",
    "textDocument/documentSymbol",
    "textDocument/inlayHint",
    "textDocument/signatureHelp",
    "textDocument/prepareRename",
    "textDocument/foldingRange",
    "cleaninfra/diagram",
];

#[test]
fn soak_for_a_moment() {
    soak(600, 1);
}

#[test]
#[ignore = "takes minutes; see above"]
fn soak_for_long() {
    let number = |name: &str, otherwise| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    soak(number("SOAK_EDITS", 50_000) as usize, number("SOAK_SEED", 1));
}

fn soak(edits: usize, seed: u64) {
    let files = examples();
    let shown: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let files = &files;
    talk_for(&shown, Duration::from_hours(2), |client| async move {
        let mut soak = Soak::new(client, shown_sources(files), seed);
        soak.open().await;
        // Of the examples as they are the editor says what a check says, too.
        soak.compare(files).await;
        let start = Instant::now();
        let mut early = None;
        for number in 1..=edits {
            soak.edit().await;
            if number % BETWEEN == 0 || number == edits {
                soak.compare(files).await;
            }
            if number == edits / 10 {
                early = resident();
            }
            if number % 5000 == 0 {
                eprintln!("{number} edits, {:?}, {:?} MiB", start.elapsed(), resident());
            }
        }
        if let (Some(early), Some(late)) = (early, resident())
            && edits >= 5000
        {
            eprintln!("{edits} edits, seed {seed}: {early} MiB after a tenth, {late} MiB at the end");
            assert!(late < early + early / 4 + 8, "{early} MiB became {late} MiB");
        }
        soak.client.stop().await;
    });
}

/// What the process holds in memory, in MiB, where that can be asked.
fn resident() -> Option<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(pages.split(' ').nth(1)?.parse::<u64>().ok()? * 4 / 1024)
}

/// All files of the examples, on a disk in memory.
fn examples() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let inside = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                found.push((format!("/p/{inside}"), text));
            }
        }
    }
    found.sort();
    found
}

fn shown_sources(files: &[(String, String)]) -> Vec<Document> {
    let sources = files.iter().filter(|(path, _)| Utf8Path::new(path).extension() == Some("ci"));
    let document = |(path, text): &(String, String)| Document {
        uri: format!("file://{path}"),
        path: path.clone(),
        original: text.clone(),
        text: text.clone(),
        before: Vec::new(),
        version: 1,
    };
    sources.map(document).collect()
}

struct Document {
    uri: String,
    path: String,
    original: String,
    text: String,
    /// What it was, for those who undo.
    before: Vec<String>,
    version: i32,
}

struct Soak {
    client: Client,
    documents: Vec<Document>,
    random: Random,
    /// What the server has said last, by document.
    said: BTreeMap<String, Value>,
}

impl Soak {
    fn new(client: Client, documents: Vec<Document>, seed: u64) -> Self {
        Self { client, documents, random: Random(seed), said: BTreeMap::new() }
    }

    async fn open(&mut self) {
        self.client.start().await;
        let settings = json!({ "settings": { "cleaninfra": { "diagnostics": { "delay": 0 } } } });
        self.client.notify("workspace/didChangeConfiguration", settings).await;
        for document in &self.documents {
            self.client.open(&document.uri, &document.text).await;
        }
    }

    /// One edit, and sometimes a question about what is there then.
    async fn edit(&mut self) {
        let at = self.random.below(self.documents.len());
        let other = self.random.below(self.documents.len());
        let borrowed = self.documents[other].text.clone();
        let document = &mut self.documents[at];
        let new = match document.before.len() {
            // What was broken for long is restored, so that there is something to be broken again.
            12.. => document.original.clone(),
            _ => edited(&mut self.random, &document.text, &borrowed),
        };
        let is_undone = self.random.below(4) == 0;
        let new = match document.before.pop() {
            Some(before) if is_undone => before,
            before => {
                document.before.extend(before);
                document.before.push(std::mem::take(&mut document.text));
                new
            }
        };
        if new == document.original {
            document.before.clear();
        }
        let old = match document.before.last() {
            Some(_) if !is_undone => document.before.last().cloned().unwrap_or_default(),
            _ => String::new(),
        };
        document.version += 1;
        document.text = new;
        let changes = if self.random.below(3) == 0 || old.is_empty() {
            json!([{ "text": document.text }])
        } else {
            json!([change(&old, &document.text)])
        };
        let params = json!({
            "textDocument": { "uri": document.uri, "version": document.version },
            "contentChanges": changes,
        });
        self.client.notify("textDocument/didChange", params).await;
        if self.random.below(8) == 0 {
            self.ask(at).await;
        }
    }

    async fn ask(&mut self, at: usize) {
        let method = REQUESTS[self.random.below(REQUESTS.len())];
        let document = &self.documents[at];
        let offset = boundary(&document.text, self.random.below(document.text.len() + 1));
        let position = position(&document.text, offset);
        let mut params = json!({
            "textDocument": { "uri": document.uri },
            "position": position,
            "range": { "start": position, "end": position },
        });
        if matches!(method, "textDocument/codeAction" | "textDocument/references") {
            params["context"] = json!({ "diagnostics": [], "includeDeclaration": true });
        }
        if method == "cleaninfra/diagram" {
            params = json!({ "textDocument": { "uri": document.uri }, "level": "units" });
        }
        let id = self.client.begin(method, params).await;
        let answer = self.client.answer(id).await;
        self.look();
        // A rename may be refused; nothing else is.
        let is_refusal = method == "textDocument/prepareRename" && answer["error"]["code"] != -32603;
        assert!(
            answer.get("error").is_none() || is_refusal,
            "{method} {position}: {answer}\n{}",
            self.documents[at].text
        );
    }

    /// Takes what has come.
    fn look(&mut self) {
        for message in std::mem::take(&mut self.client.seen) {
            if message["method"] == "textDocument/publishDiagnostics" {
                let params = &message["params"];
                let uri = params["uri"].as_str().unwrap().to_owned();
                self.said.insert(uri, params["diagnostics"].clone());
            }
        }
    }

    /// Waits until the server says what a fresh check says.
    async fn compare(&mut self, files: &[(String, String)]) {
        let expected = self.fresh(files);
        let start = Instant::now();
        loop {
            self.look();
            let said: BTreeMap<&String, &Value> =
                self.said.iter().filter(|(_, found)| **found != json!([])).collect();
            if said.iter().map(|(uri, found)| (*uri, *found)).eq(expected.iter()) {
                return;
            }
            if start.elapsed() > PATIENCE {
                let mut told = String::new();
                for document in &self.documents {
                    let (said, fresh) = (self.said.get(&document.uri), expected.get(&document.uri));
                    if said.unwrap_or(&json!([])) != fresh.unwrap_or(&json!([])) {
                        let _ = writeln!(
                            told,
                            "{}\nsaid {said:#?}\nfresh {fresh:#?}\n{}",
                            document.uri, document.text
                        );
                    }
                }
                panic!("what is said is not what a fresh check finds\n{told}");
            }
            let _ = tokio::time::timeout(Duration::from_millis(200), async {
                let message = self.client.until(|_| true).await;
                self.client.seen.push_back(message);
            })
            .await;
        }
    }

    /// What is wrong with the texts as they are now, by a check that has seen nothing else.
    fn fresh(&self, files: &[(String, String)]) -> BTreeMap<String, Value> {
        let current = |path: &str, text: &str| {
            let document = self.documents.iter().find(|document| document.path == path);
            (path.to_owned(), document.map_or_else(|| text.to_owned(), |document| document.text.clone()))
        };
        let now: Vec<(String, String)> = files.iter().map(|(path, text)| current(path, text)).collect();
        let system =
            Arc::new(MemorySystem::new(now.iter().map(|(path, text)| (path.as_str(), text.as_str()))));
        let mut found = BTreeMap::new();
        for (path, _) in now.iter().filter(|(path, _)| path.ends_with("/ci.toml")) {
            let root = Utf8Path::new(path).parent().unwrap();
            let host = Host::open(system.clone(), root).map_err(|error| error.diagnostic).unwrap();
            let view = View {
                snapshot: host.snapshot().clone(),
                file: None,
                paths: Paths { library: Some("/cache/std".into()), ..Paths::default() },
                versions: Arc::default(),
                abilities: Abilities::default(),
                settings: Arc::new(Settings::default()),
                findings: None,
                others: Vec::new(),
                lines: LineCache::default(),
            };
            for (uri, diagnostics) in by_document(&view, &view.snapshot.check()) {
                assert!(path_of(&uri).is_some());
                found.insert(uri.as_str().to_owned(), serde_json::to_value(diagnostics).unwrap());
            }
        }
        found
    }
}

/// The text after a random edit. `borrowed` is another text, to take words from.
fn edited(random: &mut Random, text: &str, borrowed: &str) -> String {
    let mut new = text.to_owned();
    let at = boundary(text, random.below(text.len() + 1));
    match random.below(10) {
        // Typing.
        0..=2 => new.insert_str(at, WORDS[random.below(WORDS.len())]),
        // Deleting.
        3 | 4 => {
            let end = boundary(text, (at + 1 + random.below(12)).min(text.len()));
            new.replace_range(at..end.max(at), "");
        }
        // One word for another.
        5 | 6 => {
            let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
            let words: Vec<&str> =
                borrowed.split(|letter| !is_word(letter)).filter(|word| !word.is_empty()).collect();
            let own: Vec<&str> =
                text.split(|letter| !is_word(letter)).filter(|word| !word.is_empty()).collect();
            if !words.is_empty() && !own.is_empty() {
                let old = own[random.below(own.len())];
                let start = old.as_ptr() as usize - text.as_ptr() as usize;
                new.replace_range(start..start + old.len(), words[random.below(words.len())]);
            }
        }
        // Lines to another place.
        7 | 8 => {
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            if lines.len() > 2 {
                let count = 1 + random.below(3.min(lines.len() - 1));
                let from = random.below(lines.len() - count + 1);
                let moved: Vec<&str> = lines.drain(from..from + count).collect();
                let to = random.below(lines.len() + 1);
                lines.splice(to..to, moved);
                new = lines.concat();
            }
        }
        // A line twice, or the line of another file.
        _ => {
            let source = if random.below(2) == 0 { text } else { borrowed };
            let lines: Vec<&str> = source.split_inclusive('\n').collect();
            if !lines.is_empty() {
                let line = lines[random.below(lines.len())];
                let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
                new.insert_str(start, line);
            }
        }
    }
    new
}

/// An incremental change from one text to another.
fn change(old: &str, new: &str) -> Value {
    let same = |(a, b): &(char, char)| a == b;
    let prefix: usize =
        old.chars().zip(new.chars()).take_while(same).map(|(letter, _)| letter.len_utf8()).sum();
    // Between the halves of a line ending there is no position.
    let prefix = if prefix > 0 && old.as_bytes()[prefix - 1] == b'\r' { prefix - 1 } else { prefix };
    let (rest, new_rest) = (&old[prefix..], &new[prefix..]);
    let pairs = rest.chars().rev().zip(new_rest.chars().rev());
    let suffix: usize = pairs.take_while(same).map(|(letter, _)| letter.len_utf8()).sum();
    let suffix = if rest[rest.len() - suffix..].starts_with('\n') { suffix - 1 } else { suffix };
    json!({
        "range": { "start": position(old, prefix), "end": position(old, old.len() - suffix) },
        "text": &new_rest[..new_rest.len() - suffix],
    })
}

fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": before.matches('\n').count(), "character": before[start..].encode_utf16().count() })
}

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
