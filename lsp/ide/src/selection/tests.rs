use super::*;
use crate::testing::Fixture;

#[test]
fn a_selection_grows_from_the_word_to_the_file() {
    let fixture = Fixture::new(
        "service S { let q = aws::sqs::Queue { QueueName: pre$0fix + \"a\" }; let prefix = \"b\"; }\n",
    );
    let text = fixture.snapshot().files().text(fixture.cursor.file);
    let found: Vec<&str> =
        selection(fixture.snapshot(), fixture.cursor).into_iter().map(|range| range.of(text)).collect();
    assert_eq!(found[0], "prefix");
    assert_eq!(found[1], "prefix + \"a\"");
    assert_eq!(found[2], "QueueName: prefix + \"a\"");
    assert_eq!(found[3], "aws::sqs::Queue { QueueName: prefix + \"a\" }");
    assert_eq!(found.last().copied(), Some(text));
    assert!(found.windows(2).all(|pair| pair[1].contains(pair[0])));
}
