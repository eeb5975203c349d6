use super::*;
use crate::testing::Fixture;

fn goes_to(text: &str) -> Vec<String> {
    let fixture = Fixture::new(text);
    let found = definition(fixture.snapshot(), fixture.cursor);
    found.map_or_else(Vec::new, |(_, targets)| targets.iter().map(|t| fixture.shown(t.name)).collect())
}

#[test]
fn names_lead_to_their_declarations_in_other_files() {
    let program = r#"
//- /src/main.ci
use crate::store::{Mode, Store};
service Orders {
    let store = Store { mode: Mode::Fast };
    output name: String = store.name;
}
//- /src/store.ci
/// How.
enum Mode { Fast, Slow }
component Store {
    input mode: Mode;
    let table = aws::sqs::Queue { QueueName: mode.name() };
    output name: String = table.QueueName ?? "";
}
"#;
    let to = |from: &str, cursor: &str| goes_to(&program.replacen(from, cursor, 1));
    assert_eq!(to("{Mode, Store}", "{Mode, Sto$0re}"), ["src/store.ci:3:11 \"Store\""]);
    assert_eq!(to("Store { mode:", "Store { mo$0de:"), ["src/store.ci:4:11 \"mode\""]);
    assert_eq!(to("Mode::Fast }", "Mode::Fa$0st }"), ["src/store.ci:2:13 \"Fast\""]);
    assert_eq!(to("store.name;", "store.na$0me;"), ["src/store.ci:6:12 \"name\""]);
    assert_eq!(to("store.name;", "sto$0re.name;"), ["src/main.ci:3:9 \"store\""]);
    assert_eq!(to("crate::store", "crate::sto$0re"), ["src/store.ci:1:1 \"\""]);
    assert_eq!(to("QueueName: mode", "QueueName: mo$0de"), ["src/store.ci:4:11 \"mode\""]);
}

#[test]
fn what_is_bound_is_found_where_it_is_bound() {
    assert_eq!(
        goes_to("fn f(a: List<Int>) -> List<Int> { let b = a; for (at, x) in b if x > 1 { $0x + at } }"),
        ["src/main.ci:1:55 \"x\""]
    );
    assert_eq!(goes_to("fn f(a: List<Int>) -> List<Int> { a.map(|y| y$0 + 1) }"), ["src/main.ci:1:42 \"y\""]);
}

#[test]
fn a_shorthand_leads_to_both() {
    assert_eq!(
        goes_to("struct P { name: String }\nconst name: String = \"a\";\nconst P1: P = P { na$0me };"),
        ["src/main.ci:2:7 \"name\"", "src/main.ci:1:12 \"name\""]
    );
}

#[test]
fn the_library_and_its_types_can_be_seen() {
    let text = "use std::messaging::Queue;\nservice S { let jobs = Queue {}; output url: Url = jo$0bs.url; }";
    let fixture = Fixture::new(text);
    let (_, targets) = type_definition(fixture.snapshot(), fixture.cursor).unwrap_or_default_targets();
    let files = fixture.snapshot().files();
    assert_eq!(files.path(targets[0].name.file), "std/messaging.ci");
    assert_eq!(targets[0].name.range.of(files.text(targets[0].name.file)), "Queue");
}

trait OrNothing {
    fn unwrap_or_default_targets(self) -> (Span, Vec<Target>);
}

impl OrNothing for Option<(Span, Vec<Target>)> {
    fn unwrap_or_default_targets(self) -> (Span, Vec<Target>) {
        self.unwrap_or_else(|| panic!("there is a definition"))
    }
}

#[test]
fn what_aws_declares_leads_nowhere() {
    assert_eq!(goes_to("service S { let q = aws::sqs::Que$0ue {}; }"), [""; 0]);
    assert_eq!(goes_to("service S { let q = aws::sqs::Queue { Queue$0Name: \"a\" }; }"), [""; 0]);
}
