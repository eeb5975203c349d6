use super::*;
use crate::testing::Fixture;

#[test]
fn names_have_the_colour_of_what_they_are() {
    let fixture = Fixture::new(
        "\
enum Mode { Fast }
service Orders {
    input mode: Mode = Mode::Fast;
    let queue = aws::sqs::Queue { QueueName: mode.name() };
    output url: Url = queue.QueueUrl;
}
",
    );
    let file = fixture.file("/src/main.ci");
    let text = fixture.snapshot().files().text(file);
    let shown: Vec<String> = semantic_tokens(fixture.snapshot(), file, None)
        .iter()
        .map(|token| {
            format!("{} {:?}{}", token.range.of(text), token.kind, if token.declares { "!" } else { "" })
        })
        .collect();
    assert_eq!(
        shown,
        [
            "Mode Enum!",
            "Fast EnumMember!",
            "Orders Class!",
            "mode Parameter!",
            "Mode Enum",
            "Mode Enum",
            "Fast EnumMember",
            "queue Variable!",
            "aws Namespace",
            "sqs Namespace",
            "Queue Class",
            "QueueName Property",
            "mode Parameter",
            "name Method",
            "url Property!",
            "Url Type",
            "queue Variable",
            "QueueUrl Property",
        ]
    );
    let first = semantic_tokens(fixture.snapshot(), file, Some(TextRange::new(0, 10)));
    assert_eq!(first.len(), 2);
}
