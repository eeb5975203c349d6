//! How long an editor waits: drives a language server over a project and prints the times.
//!
//! ```sh
//! cargo xtask gen perf --out /tmp/perf 100 1000 10000
//! cargo build --release -p cleaninfra
//! cargo run -p ci-language-server --example latency -- /tmp/perf/1000/flat target/release/cleaninfra language-server
//! ```
//!
//! What is edited is a line like `DelaySeconds: 5,` in the largest source: the number becomes a text, which is an error, and
//! a number again. A change has been answered when the findings tell of that. Any server whose language has such lines can
//! be asked; `tests/perf/editor.py` compares. With `CI_LATENCY_JSON` set, the numbers come as JSON.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for measuring, which may stop anywhere"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How often a value is made wrong and right again, and how many seconds that may take.
const ROUNDS: i32 = 25;
const SECONDS: u64 = 60;

/// A server that has said nothing for so long has said everything about what it was shown first.
const QUIET: Duration = Duration::from_secs(4);

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(2);

struct Server {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    next: i64,
    /// How many findings the document had last.
    known: Option<usize>,
}

impl Server {
    fn start(command: &[String]) -> Self {
        let (program, arguments) = command.split_first().unwrap();
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (send, messages) = channel();
        std::thread::spawn(
            move || while read(&mut output).is_some_and(|message| send.send(message).is_ok()) {},
        );
        Self { child, input, messages, next: 0, known: None }
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The next message, if there is one before the time is over. What the server asks is answered.
    fn receive(&mut self, uri: &str, patience: Duration) -> Option<Value> {
        let message = self.messages.recv_timeout(patience).ok()?;
        if message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri {
            self.known = message["params"]["diagnostics"].as_array().map(Vec::len);
        }
        if message.get("method").is_some() && message.get("id").is_some() {
            let asked = message["params"]["items"].as_array().map_or(0, Vec::len);
            let result = if message["method"] == "workspace/configuration" {
                Value::Array(vec![Value::Null; asked])
            } else {
                Value::Null
            };
            self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": result }));
        }
        Some(message)
    }

    fn until(&mut self, uri: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.receive(uri, PATIENCE);
            let message =
                message.unwrap_or_else(|| panic!("the server says nothing; it said {:?}", self.known));
            if wanted(&message) {
                return message;
            }
        }
    }

    /// A request; how long its answer took, in milliseconds, and the answer.
    fn request(&mut self, uri: &str, method: &str, params: Value) -> (f64, Value) {
        self.next += 1;
        let id = self.next;
        let start = Instant::now();
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let mut answer = self.until(uri, |message| message["id"] == id && message.get("method").is_none());
        (start.elapsed().as_secs_f64() * 1000.0, answer["result"].take())
    }

    /// Waits for findings of a document of which there are as many as wanted.
    fn findings(&mut self, uri: &str, wanted: impl Fn(usize) -> bool) {
        self.until(uri, |message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && message["params"]["diagnostics"].as_array().is_some_and(|found| wanted(found.len()))
        });
    }
}

/// A message; nothing at the end.
fn read(output: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim();
        match line.strip_prefix("Content-Length: ") {
            Some(value) => length = value.parse().ok()?,
            None if line.is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

/// The sources of a project, in either language.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_source = path.extension().is_some_and(|extension| extension == "ci" || extension == "ts");
        if path.is_dir() && !path.is_symlink() && !path.ends_with("node_modules") {
            found.extend(sources(&path));
        } else if is_source {
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

/// The median and the value that 95 of 100 do not exceed.
fn percentiles(mut times: Vec<f64>) -> [f64; 2] {
    times.sort_by(f64::total_cmp);
    [50, 95].map(|part| times[(times.len() * part / 100).min(times.len() - 1)])
}

/// What a process and those that it has started hold at most, in MiB.
fn memory(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next());
    let own = peak.and_then(|peak| peak.parse::<f64>().ok()).unwrap_or_default() / 1024.0;
    let children = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children"));
    let children = children.unwrap_or_default();
    own + children.split_whitespace().filter_map(|child| child.parse().ok()).map(memory).sum::<f64>()
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let root = std::fs::canonicalize(arguments.next().unwrap()).unwrap();
    let command: Vec<String> = arguments.collect();
    let files = sources(&root);
    let (path, text, places) = files
        .iter()
        .map(|path| (path, std::fs::read_to_string(path).unwrap()))
        .map(|(path, text)| (path, numbers(&text), text))
        .max_by_key(|(_, places, text)| (places.len().min(1), text.len()))
        .map(|(path, places, text)| (path, text, places))
        .unwrap();
    let (line, name, column, number) = places[places.len() / 2].clone();
    let uri = &*format!("file://{}", path.display());
    let position = |character: usize| json!({ "line": line, "character": character });

    let start = Instant::now();
    let mut server = Server::start(&command);
    let folder = json!([{ "uri": format!("file://{}", root.display()), "name": "project" }]);
    let capabilities = json!({ "textDocument": { "publishDiagnostics": {}, "synchronization": {} } });
    let parameters = json!({
        "processId": null, "rootUri": folder[0]["uri"], "capabilities": capabilities, "workspaceFolders": folder,
    });
    server.request(uri, "initialize", parameters);
    server.notify("initialized", json!({}));
    let language =
        if path.extension().is_some_and(|extension| extension == "ts") { "typescript" } else { "ci" };
    let document = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
    server.notify("textDocument/didOpen", json!({ "textDocument": document }));
    server.findings(uri, |_| true);
    let first = start.elapsed().as_secs_f64() * 1000.0;

    while server.receive(uri, QUIET).is_some() {}
    let right = server.known.unwrap_or_default();

    let (mut findings, mut hovers, mut completions) = (Vec::new(), Vec::new(), Vec::new());
    let mut version = 1;
    while version < 2 * ROUNDS && (start.elapsed().as_secs() < SECONDS || version < 8) {
        for (old, new, wrong) in [(&*number, "\"x\"", true), ("\"x\"", &*number, false)] {
            version += 1;
            let range = json!({ "start": position(column), "end": position(column + old.len()) });
            let start = Instant::now();
            let change = json!({
                "textDocument": { "uri": uri, "version": version },
                "contentChanges": [{ "range": range, "text": new }],
            });
            server.notify("textDocument/didChange", change);
            server.findings(uri, |count| (count > right) == wrong);
            findings.push(start.elapsed().as_secs_f64() * 1000.0);
            let at = json!({ "textDocument": { "uri": uri }, "position": position(name + 1) });
            let (time, answer) = server.request(uri, "textDocument/hover", at.clone());
            assert!(!answer.is_null(), "there is a hover");
            hovers.push(time);
            let (time, answer) = server.request(uri, "textDocument/completion", at);
            let items = answer.as_array().or_else(|| answer["items"].as_array()).map_or(0, Vec::len);
            assert!(items > 0, "there are completions");
            completions.push(time);
        }
    }
    let memory = memory(server.child.id());
    let (findings, hovers, completions) =
        (percentiles(findings), percentiles(hovers), percentiles(completions));
    if std::env::var_os("CI_LATENCY_JSON").is_some() {
        let numbers = json!({
            "bytes": text.len(), "files": files.len(), "start": first, "findings": findings, "hover": hovers,
            "completion": completions, "memory": memory,
        });
        println!("{numbers}");
    } else {
        println!("{} files; edited: {} of {} bytes", files.len(), path.display(), text.len());
        println!("{:<24}     {first:8.1} ms", "start to findings");
        for (what, [half, most]) in
            [("change to findings", findings), ("hover", hovers), ("completion", completions)]
        {
            println!("{what:<24} p50 {half:8.1} ms   p95 {most:8.1} ms");
        }
        println!("{:<24}     {memory:8.0} MiB", "most memory");
    }
    server.request(uri, "shutdown", Value::Null);
    server.notify("exit", Value::Null);
    server.child.wait().unwrap();
}
