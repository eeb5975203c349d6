//! How long an editor waits: drives a real server over a project and prints the times.
//!
//! ```sh
//! cargo xtask gen perf --out /tmp/perf 100 1000 10000
//! cargo build --release -p cleaninfra
//! cargo run -p ci-language-server --example latency -- target/release/cleaninfra /tmp/perf/1000/flat
//! ```

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for measuring, which may stop anywhere"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

/// How often a value is made wrong and right again.
const ROUNDS: i32 = 25;

struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    next: i64,
}

impl Server {
    fn start(binary: &str) -> Self {
        let mut command = Command::new(binary);
        command.arg("language-server").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output, next: 0 }
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).unwrap();
            match line.trim().strip_prefix("Content-Length: ") {
                Some(value) => length = value.parse().unwrap(),
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.receive();
            if wanted(&message) {
                return message;
            }
        }
    }

    /// A request; how long its answer took, in milliseconds.
    fn request(&mut self, method: &str, params: Value) -> f64 {
        self.next += 1;
        let id = self.next;
        let start = Instant::now();
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.until(|message| message["id"] == id && message.get("method").is_none());
        start.elapsed().as_secs_f64() * 1000.0
    }

    fn findings(&mut self, uri: &str, version: i32) -> usize {
        let message = self.until(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && message["params"]["version"] == version
        });
        message["params"]["diagnostics"].as_array().unwrap().len()
    }
}

/// The sources of a project.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "ci") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A line like `DelaySeconds: 5`: its number, where the name starts, where the number starts, and the number.
fn numbers(text: &str) -> Vec<(usize, usize, usize, String)> {
    let line = |(at, line): (usize, &str)| {
        let (name, value) = line.split_once(": ")?;
        let start = name.len() - name.trim_start().len();
        let is_name = name.trim().chars().all(|character| character.is_ascii_alphanumeric());
        let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
        let is_number = !digits.is_empty() && value[digits.len()..].trim_end() == ",";
        (is_name && is_number).then_some((at, start, name.len() + 2, digits))
    };
    text.lines().enumerate().filter_map(line).collect()
}

fn shown(name: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)];
    println!("{name:<24} p50 {:8.1} ms   p95 {:8.1} ms", at(50), at(95));
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (binary, project) = (arguments.next().unwrap(), arguments.next().unwrap());
    let root = std::fs::canonicalize(project).unwrap();
    let files = sources(&root.join("src"));
    let (path, text, places) = files
        .iter()
        .map(|path| (path, std::fs::read_to_string(path).unwrap()))
        .map(|(path, text)| (path, numbers(&text), text))
        .max_by_key(|(_, places, text)| (places.len().min(1), text.len()))
        .map(|(path, places, text)| (path, text, places))
        .unwrap();
    let (line, name, column, number) = places[places.len() / 2].clone();
    let uri = format!("file://{}", path.display());
    let position = |character: usize| json!({ "line": line, "character": character });

    let mut server = Server::start(&binary);
    let start = Instant::now();
    let folder = json!([{ "uri": format!("file://{}", root.display()), "name": "project" }]);
    let settings = json!({ "diagnostics": { "delay": 0 } });
    let parameters = json!({
        "processId": null, "capabilities": {}, "workspaceFolders": folder, "initializationOptions": settings,
    });
    server.request("initialize", parameters);
    server.notify("initialized", json!({}));
    let document = json!({ "uri": uri, "languageId": "ci", "version": 1, "text": text });
    server.notify("textDocument/didOpen", json!({ "textDocument": document }));
    server.findings(&uri, 1);
    println!("{} files; edited: {} of {} bytes", files.len(), path.display(), text.len());
    println!("{:<24}     {:8.1} ms", "start to findings", start.elapsed().as_secs_f64() * 1000.0);

    let (mut findings, mut hovers, mut completions) = (Vec::new(), Vec::new(), Vec::new());
    let mut version = 1;
    for _ in 0..ROUNDS {
        for (old, new, wrong) in [(&*number, "\"x\"", true), ("\"x\"", &*number, false)] {
            version += 1;
            let range = json!({ "start": position(column), "end": position(column + old.len()) });
            let start = Instant::now();
            let change = json!({
                "textDocument": { "uri": uri, "version": version },
                "contentChanges": [{ "range": range, "text": new }],
            });
            server.notify("textDocument/didChange", change);
            let count = server.findings(&uri, version);
            assert_eq!(count > 0, wrong, "the edit makes and mends a finding");
            findings.push(start.elapsed().as_secs_f64() * 1000.0);
            let at = json!({ "textDocument": { "uri": uri }, "position": position(name + 1) });
            hovers.push(server.request("textDocument/hover", at.clone()));
            completions.push(server.request("textDocument/completion", at));
        }
    }
    shown("change to findings", findings);
    shown("hover", hovers);
    shown("completion", completions);
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap_or_default();
    if let Some(memory) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) {
        println!("{:<24} {}", "most memory", memory.trim());
    }
    server.request("shutdown", Value::Null);
    server.notify("exit", Value::Null);
    server.child.wait().unwrap();
}
