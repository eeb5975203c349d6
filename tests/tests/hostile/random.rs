//! Texts made at random: soups of tokens, and examples with pieces taken out, doubled or exchanged.
//!
//! A few hundred in every run; `CI_FUZZ_SECONDS=600` goes on for that long, from another seed each time unless
//! `CI_FUZZ_SEED` says from which. A text that makes the compiler panic is printed, with the seed that made it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use ci_project::{BuildOptions, Change, Host};

use super::{assert_sound, bounded, examples, open, project};

/// How many texts a normal run takes.
const CASES: u64 = 400;
/// After so many texts the host is made anew, so that it does not remember too much.
const PER_HOST: u64 = 200;

const TOKENS: &[&str] = &[
    "use ",
    "const ",
    "struct ",
    "enum ",
    "fn ",
    "interface ",
    "component ",
    "service ",
    "app ",
    "input ",
    "param ",
    "let ",
    "needs ",
    "provides ",
    "output ",
    "assert ",
    "environment ",
    "capability ",
    "expose ",
    "if ",
    "else ",
    "match ",
    "for ",
    "in ",
    "with ",
    "existing ",
    "allow ",
    "deny ",
    "on ",
    "to ",
    "when ",
    "none",
    "true",
    "false",
    "crate::",
    "self::",
    "super::",
    "std::",
    "aws::",
    "as ",
    "a",
    "b",
    "C",
    "D",
    "S",
    "x",
    "Int",
    "String",
    "Bool",
    "List<",
    "Map<",
    "Json",
    "Duration",
    "Cidr",
    "Secret<",
    "Id<",
    "Arn",
    "?",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "{ ",
    " }",
    ";",
    ",",
    ":",
    "::",
    "=>",
    "->",
    "=",
    "==",
    "!=",
    "<=",
    ">=",
    "&&",
    "||",
    "|",
    "!",
    "-",
    "+",
    "*",
    "/",
    "%",
    "..",
    "..=",
    "?.",
    "??",
    ".",
    "#[",
    "#[retain]",
    "#[depends_on(a)]",
    "#[id(\"X\")]",
    "\"",
    "\"a\"",
    "\"{a}\"",
    "\"{",
    "}\"",
    "r\"x\"",
    "r#\"",
    "\"\"\"",
    "\\",
    "0",
    "1",
    "-1",
    "9223372036854775807",
    "1.5",
    "30s",
    "14d",
    "256MiB",
    "// c\n",
    "/* c */",
    "/*",
    "/// d\n",
    "//! d\n",
    "\n",
    " ",
    "\t",
    "é",
    "\u{1F600}",
    "\u{0}",
    "@",
    "$",
    "_",
    "aws::sqs::Queue {}",
    "aws::sqs::Queue { DelaySeconds: ",
    "aws::s3::Bucket",
    "aws::ssm::Parameter { Type: \"String\", Value: ",
    "aws::region",
    "aws::account_id",
    "policy([",
    "allow s3::GetObject on [\"*\"]",
    "text(\"x\")",
    "json(\"x\")",
    ".map(|x| ",
    ".fold(0, |a, x| ",
    ".filter(|x| ",
    ".len()",
    ".join(\",\")",
    ".to_json()",
    ".first()",
    ".keys()",
    ".Arn",
    ".QueueName",
    ".sort()",
    ".contains(",
    "secret(\"a\")",
    "ssm(\"a\")",
    "aws_service(\"a\")",
    "service S { ",
    "component C { ",
    "input a: Int = 1; ",
    "let b = ",
    "fn f(x: Int) -> Int { ",
    "const A: Int = ",
];

/// Numbers that look random and are the same for the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).unwrap_or_default()
    }

    /// A position on the boundary of a character.
    fn place(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    fn piece(&mut self, text: &str) -> (usize, usize) {
        let start = self.place(text);
        let most = if self.below(4) == 0 { text.len() } else { 30 };
        let mut end = (start + self.below(most)).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        (start.min(end), end)
    }
}

/// One text.
fn text(seed: u64, examples: &[String]) -> String {
    let mut random = Random(seed);
    if random.below(4) == 0 {
        let length = random.below(120);
        return (0..length).map(|_| TOKENS[random.below(TOKENS.len())]).collect();
    }
    let mut text = examples[random.below(examples.len())].clone();
    // Long texts take long; most mistakes show in a part of one.
    if random.below(3) > 0 && text.len() > 2_000 {
        let (start, end) = (random.place(&text), random.place(&text));
        text = text[start.min(end)..start.max(end)].to_owned();
    }
    for _ in 0..=random.below(6) {
        let (start, end) = random.piece(&text);
        match random.below(6) {
            0 => text.replace_range(start..end, ""),
            1 => {
                let piece = text[start..end].to_owned();
                let at = random.place(&text);
                text.insert_str(at, &piece);
            }
            2 => {
                let other = &examples[random.below(examples.len())];
                let (from, to) = random.piece(other);
                text.replace_range(start..end, &other[from..to]);
            }
            3 => text.truncate(start),
            _ => {
                let token = TOKENS[random.below(TOKENS.len())];
                let at = random.place(&text);
                text.insert_str(at, token);
            }
        }
    }
    text
}

/// What must hold of any text.
fn compile(host: &mut Host, text: &str) {
    host.apply(&[Change::Edit { path: "/p/src/main.ci".into(), text: text.into() }]);
    let snapshot = host.snapshot();
    let found = snapshot.check();
    assert_sound(&found, snapshot.files());
    let built = snapshot.build(&BuildOptions::default());
    assert_sound(&built.diagnostics, snapshot.files());
    if let Ok(formatted) = ci_format::format(text) {
        assert_eq!(
            ci_format::format(&formatted).as_deref(),
            Ok(formatted.as_str()),
            "formatting is not stable"
        );
        if !built.outputs.is_empty() {
            // What is accepted is accepted in another layout, and means the same.
            host.apply(&[Change::Edit { path: "/p/src/main.ci".into(), text: Arc::from(formatted) }]);
            let again = host.snapshot().build(&BuildOptions::default());
            let templates = |build: &ci_project::Build| -> Vec<Vec<u8>> {
                let files = build.outputs.iter().filter(|file| file.path.ends_with(".template.json"));
                files.map(|file| file.bytes.to_vec()).collect()
            };
            assert_eq!(templates(&built), templates(&again), "formatting changes the meaning");
        }
    }
}

fn run(seed: u64, count: impl Fn(u64) -> bool) {
    let examples: Vec<String> = examples().into_iter().map(|(_, text)| text).collect();
    let fresh = || open(&project(""));
    let mut host = fresh();
    let mut failures: Vec<String> = Vec::new();
    let mut index = 0;
    while count(index) && failures.len() < 20 {
        if index % PER_HOST == 0 {
            host = fresh();
        }
        let seed = seed.wrapping_add(index);
        let text = text(seed, &examples);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            compile(&mut host, &text);
            // A host that has seen other texts finds the same as one that has not.
            if index % 10 == 0 {
                host.apply(&[Change::Edit { path: "/p/src/main.ci".into(), text: text.as_str().into() }]);
                assert_eq!(
                    host.snapshot().check(),
                    open(&project(&text)).snapshot().check(),
                    "another answer"
                );
            }
        }));
        if let Err(panic) = outcome {
            let words = panic.downcast_ref::<String>().map(String::as_str);
            let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words");
            println!("==== seed {seed}: {words}\n{text}\n====");
            failures.push(format!("seed {seed}: {words}"));
            host = fresh();
        }
        index += 1;
    }
    println!("{index} texts from seed {seed}");
    assert!(failures.is_empty(), "{} of {index}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn random_texts_are_compiled_or_refused() {
    let number = |name| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seconds = number("CI_FUZZ_SECONDS");
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let seed = number("CI_FUZZ_SEED").unwrap_or_else(|| if seconds.is_some() { now() << 24 } else { 1 });
    bounded(move || match seconds {
        Some(seconds) => {
            let start = Instant::now();
            run(seed, |_| start.elapsed() < Duration::from_secs(seconds));
        }
        None => run(seed, |index| index < CASES),
    });
}
