use super::*;
use crate::testing::Fixture;

const PROGRAM: &str = "\
use std::messaging::Queue;
service Mail {
    let letters = Queue {};
    let stamps = aws::sqs::Queue {};
}
app Post { let mail = Mail {}; environment dev {} environment prod {} }
";

fn drawn(program: &str, question: &DiagramQuestion) -> (Fixture, Picture) {
    let fixture = Fixture::new(program);
    let picture = diagram(fixture.snapshot(), question, &fixture.snapshot().check());
    (fixture, picture)
}

#[test]
fn every_element_of_a_picture_leads_to_the_source() {
    let (fixture, picture) = drawn(PROGRAM, &DiagramQuestion::default());
    let svg = picture.drawing.unwrap().to_string();
    assert_eq!(picture.problem, None);
    for element in svg.split("data-id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(picture.places.iter().any(|(id, _)| id == element), "{element}: {:?}", picture.places);
    }
    let shown = picture.places.iter().map(|(id, at)| format!("{id} {}", fixture.shown(*at)));
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [
            "mail/letters src/main.ci:3:9 \"letters\"",
            "mail/stamps src/main.ci:4:18 \"aws::sqs::Queue\"",
            "mail src/main.ci:2:9 \"Mail\"",
        ]
    );
}

#[test]
fn what_has_no_errors_is_drawn_and_it_is_said_that_something_is_missing() {
    let broken = PROGRAM.replace("letters = Queue {}", "letters = Queue { colour: 1 }");
    let (_, picture) = drawn(&broken, &DiagramQuestion::default());
    assert!(picture.drawing.unwrap().to_string().contains("data-id=\"mail/stamps\""));
    assert_eq!(picture.problem.as_deref(), Some("what has errors may be missing: there is one error"));
    let (_, picture) = drawn("const A: Int = 1;", &DiagramQuestion::default());
    assert_eq!(picture.drawing, None);
    assert!(picture.problem.unwrap().starts_with("there is nothing to draw"));
}

#[test]
fn a_question_can_be_about_an_environment_and_a_service() {
    let asked = |target: Option<&str>, service: Option<&str>| {
        let question = DiagramQuestion {
            target: target.map(str::to_owned),
            service: service.map(str::to_owned),
            ..DiagramQuestion::default()
        };
        drawn(PROGRAM, &question).1
    };
    assert!(asked(Some("prod"), None).drawing.unwrap().to_string().contains("Post, prod"));
    assert_eq!(asked(Some("live"), None).problem.as_deref(), Some("there is no environment `live`"));
    let problem = asked(None, Some("mial")).problem;
    assert_eq!(problem.as_deref(), Some("there is no service `mial`; did you mean `mail`?"));
}
