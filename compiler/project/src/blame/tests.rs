use std::fmt::Write as _;
use std::sync::Arc;

use crate::{Host, MemorySystem};

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";

/// Each finding: its code, the line it stands at, and the file that its first label is in.
fn told(program: &str) -> String {
    let system = MemorySystem::new([
        ("/p/ci.toml", MANIFEST),
        ("/p/src/main.ci", program),
        ("/p/code/index.mjs", "export {}"),
    ]);
    let host = Host::open(Arc::new(system), "/p".into()).map_err(|error| error.diagnostic.message).unwrap();
    let files = host.snapshot().files();
    let mut text = String::new();
    for found in host.snapshot().check() {
        let start = found.primary.at.range.start as usize;
        let source = files.text(found.primary.at.file);
        let line = source[..start].matches('\n').count();
        let also = found.secondary.first().map_or("", |label| files.path(label.at.file));
        let _ =
            writeln!(text, "{} {} | {also}", found.code, source.lines().nth(line).unwrap_or_default().trim());
    }
    text
}

#[test]
fn a_finding_in_the_library_stands_where_the_program_led_to_it() {
    let program = "\
use std::messaging::Queue;
use std::compute::{Function, Runtime};
service S {
    let fine = Queue {};
    let slow = Queue { visibility_timeout: 13h };
    let short = Queue { retention: 14d, dead_letter_retention: 1d };
    let api = Function { code: \"code\", runtime: Runtime::Nodejs22, timeout: 20m };
}
";
    assert_eq!(
        told(program),
        "\
E0404 let slow = Queue { visibility_timeout: 13h }; | std/messaging.ci
E0305 let short = Queue { retention: 14d, dead_letter_retention: 1d }; | std/messaging.ci
E0505 let api = Function { code: \"code\", runtime: Runtime::Nodejs22, timeout: 20m }; | std/compute.ci
"
    );
}

#[test]
fn of_several_instances_the_one_that_is_wrong_is_named() {
    let wrong = |name: &str| {
        let made = |known: &str| {
            let given = if known == name { "visibility_timeout: 13h" } else { "visibility_timeout: 1h" };
            format!("    let {known} = Queue {{ {given} }};\n")
        };
        format!("use std::messaging::Queue;\nservice S {{\n{}{}{}}}\n", made("a"), made("b"), made("c"))
    };
    for name in ["a", "b", "c"] {
        let line = format!("E0404 let {name} = Queue {{ visibility_timeout: 13h }}; | std/messaging.ci\n");
        assert_eq!(told(&wrong(name)), line);
    }
}

#[test]
fn what_a_program_writes_itself_stays_where_it_is() {
    assert_eq!(
        told("service S { let q = aws::sqs::Queue { DelaySeconds: 5000 }; }"),
        "E0404 service S { let q = aws::sqs::Queue { DelaySeconds: 5000 }; } | \n"
    );
}
