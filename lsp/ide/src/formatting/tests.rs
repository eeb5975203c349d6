use super::*;
use crate::testing::Fixture;

const UGLY: &str = "const A: Int=1;\n\nservice S {\n  let q = aws::sqs::Queue{};\n}\n\nconst B: Int=2;\n";

#[test]
fn edits_make_the_layout_of_the_formatter() {
    let fixture = Fixture::new(UGLY);
    let edits = format(fixture.snapshot(), fixture.file("/src/main.ci"));
    assert_eq!(Ok(fixture.edited(&edits)), ci_format::format(UGLY));
    assert!(edits.len() > 1, "lines that are fine stay");
}

#[test]
fn a_range_and_an_item_change_alone() {
    let fixture = Fixture::new(&UGLY.replace("Queue{};", "Queue{};$0"));
    let file = fixture.file("/src/main.ci");
    let first = Span { file, range: TextRange::new(0, 5) };
    assert_eq!(
        fixture.edited(&format_range(fixture.snapshot(), first)),
        UGLY.replace("A: Int=1", "A: Int = 1")
    );
    assert_eq!(
        fixture.edited(&format_on_type(fixture.snapshot(), fixture.cursor)),
        UGLY.replace("  let q = aws::sqs::Queue{};", "    let q = aws::sqs::Queue {};")
    );
}

#[test]
fn what_is_being_written_is_left_alone() {
    let fixture = Fixture::new("service S {\n  let q = aws::sqs::Queue { Name: ;$0\n}\n");
    assert_eq!(format_on_type(fixture.snapshot(), fixture.cursor), []);
}
