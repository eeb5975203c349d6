use super::*;
use crate::testing::Fixture;

#[test]
fn blocks_comments_and_imports_fold() {
    let fixture = Fixture::new(
        "\
use aws::sqs::Queue;
use aws::sns::Topic;

// One
// and two.

service S {
    let queue = Queue { QueueName: \"a\" };
    let topic = Topic {
        TopicName: \"b\",
    };
}
",
    );
    let file = fixture.file("/src/main.ci");
    let text = fixture.snapshot().files().text(file);
    let lines = |range: TextRange| {
        let line = |at: u32| text[..at as usize].matches('\n').count() + 1;
        (line(range.start), line(range.end))
    };
    let found: Vec<_> =
        folds(fixture.snapshot(), file).into_iter().map(|fold| (fold.kind, lines(fold.range))).collect();
    assert_eq!(
        found,
        [
            (FoldKind::Imports, (1, 2)),
            (FoldKind::Comment, (4, 5)),
            (FoldKind::Block, (7, 12)),
            (FoldKind::Block, (9, 11)),
        ]
    );
}
