use super::*;
use crate::testing::Fixture;

#[test]
fn services_resources_and_tests_have_lenses() {
    let fixture = Fixture::new(
        "\
service Orders {
    let queue = aws::sqs::Queue {};
    let name = \"a\";
    let topic = aws::sns::Topic { DisplayName: name };
}
app Shop { let orders = Orders {}; }
test \"it is\" { assert true; }
",
    );
    let found: Vec<_> = lenses(fixture.snapshot(), fixture.file("/src/main.ci"))
        .into_iter()
        .map(|lens| (fixture.shown(lens.at), lens.title, lens.action))
        .collect();
    let lens = |at: &str, title: &str, action| (at.to_owned(), title.to_owned(), action);
    assert_eq!(
        found,
        [
            lens("src/main.ci:1:9 \"Orders\"", "2 resources · stack 2/500", LensAction::ShowTemplate),
            lens(
                "src/main.ci:2:9 \"queue\"",
                "who can reach this",
                LensAction::AccessTo("Orders.queue".to_owned())
            ),
            lens(
                "src/main.ci:4:9 \"topic\"",
                "who can reach this",
                LensAction::AccessTo("Orders.topic".to_owned())
            ),
            lens("src/main.ci:7:6 \"\\\"it is\\\"\"", "run test", LensAction::RunTest("it is".to_owned())),
        ]
    );
}
