use super::*;
use crate::testing::Fixture;

fn renamed(text: &str, new: &str) -> String {
    let fixture = Fixture::new(text);
    match rename(fixture.snapshot(), fixture.cursor, new) {
        Ok(found) => fixture.edited(&[found.edits, found.keeps].concat()),
        Err(why) => format!("not renamed: {why}"),
    }
}

#[test]
fn a_field_follows_into_other_files() {
    let program = "\
//- /src/a.ci
struct Index { k$0ey: String, size: Int = 1 }
//- /src/main.ci
use crate::a::Index;
fn of(key: String) -> Index { Index { key, size: 2 } }
fn read(index: Index) -> String { index.key }
";
    assert_eq!(
        renamed(program, "name"),
        "\
use crate::a::Index;
fn of(key: String) -> Index { Index { name: key, size: 2 } }
fn read(index: Index) -> String { index.name }
//- /src/a.ci
struct Index { name: String, size: Int = 1 }
"
    );
}

#[test]
fn what_is_made_keeps_its_name_in_the_template() {
    let program = "\
service Orders {
    /// Where they wait.
    let que$0ue = aws::sqs::Queue {};
    output url: Url = queue.QueueUrl;
}
";
    let new = renamed(program, "jobs");
    assert_eq!(
        new,
        "\
service Orders {
    /// Where they wait.
    #[formerly(\"queue\")]
    let jobs = aws::sqs::Queue {};
    output url: Url = jobs.QueueUrl;
}
"
    );
    let template = |text: &str| {
        let fixture = Fixture::new(text);
        let built = fixture.snapshot().build(&ci_project::BuildOptions::default());
        assert_eq!(built.diagnostics, []);
        let template = built.outputs.iter().find(|file| file.path.ends_with("template.json"));
        template.map(|file| file.bytes.clone())
    };
    assert_eq!(template(&new), template(&program.replace("$0", "")));
}

#[test]
fn a_value_and_what_has_a_name_already_get_no_attribute() {
    assert_eq!(
        renamed("service S { let na$0me = \"a\"; let q = aws::sqs::Queue { QueueName: name }; }", "label"),
        "service S { let label = \"a\"; let q = aws::sqs::Queue { QueueName: label }; }"
    );
    assert_eq!(
        renamed("service S {\n    #[id(\"Q\")]\n    let q$0 = aws::sqs::Queue {};\n}", "jobs"),
        "service S {\n    #[id(\"Q\")]\n    let jobs = aws::sqs::Queue {};\n}"
    );
}

#[test]
fn a_variable_in_a_shorthand_keeps_the_field() {
    assert_eq!(
        renamed("struct P { name: String }\nfn f(na$0me: String) -> P { P { name } }", "label"),
        "struct P { name: String }\nfn f(label: String) -> P { P { name: label } }"
    );
}

#[test]
fn variants_services_and_aliases() {
    assert_eq!(
        renamed(
            "enum Mode { Fa$0st, Slow }\nconst M: Mode = Mode::Fast;\nfn f(m: Mode) -> Int { match m { Mode::Fast => 1, _ => 2 } }",
            "Quick"
        ),
        "enum Mode { Quick, Slow }\nconst M: Mode = Mode::Quick;\nfn f(m: Mode) -> Int { match m { Mode::Quick => 1, _ => 2 } }"
    );
    let program = "\
//- /src/a.ci
const LI$0MIT: Int = 1;
//- /src/main.ci
use crate::a::LIMIT as MOST;
const MORE: Int = MOST;
";
    let new = renamed(program, "BOUND");
    assert!(new.contains("use crate::a::BOUND as MOST;\nconst MORE: Int = MOST;"), "{new}");
}

#[test]
fn what_cannot_be_is_refused() {
    let refused = |text: &str, new: &str, why: &str| {
        let shown = renamed(text, new);
        assert!(shown.starts_with("not renamed") && shown.contains(why), "{shown}");
    };
    refused("const A$0: Int = 1;", "2b", "is not a name");
    refused("const A$0: Int = 1;", "let", "is not a name");
    refused("const A$0: Int = 1;\nconst B: Int = 2;", "B", "there is another `B`");
    refused("service S { let q = aws::sqs::Que$0ue {}; }", "Jobs", "AWS or the language");
    refused("use std::messaging::Que$0ue;\nservice S { let q = Queue {}; }", "Jobs", "the standard library");
    refused("service S { $0 let q = aws::sqs::Queue {}; }", "a", "there is no name here");
}

#[test]
fn what_is_offered_is_the_name() {
    let fixture = Fixture::new("test \"it wo$0rks\" { assert true; }");
    let found = prepare(fixture.snapshot(), fixture.cursor).map(|(at, name)| (fixture.shown(at), name));
    assert_eq!(found, Ok(("src/main.ci:1:7 \"it works\"".to_owned(), "it works".to_owned())));
}
