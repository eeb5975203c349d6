use super::*;
use crate::testing::Fixture;

#[test]
fn modules_and_files_can_be_opened() {
    let fixture = Fixture::new(
        "//- /src/main.ci\nuse crate::store::Store;\nconst BODY: String = text(\"data/body.txt\");\nservice S { let s = Store {}; }\n//- /src/store.ci\ncomponent Store {}\n",
    );
    let found = links(fixture.snapshot(), fixture.file("/src/main.ci"));
    let shown: Vec<_> = found.iter().map(|link| (fixture.shown(link.at), link.to.clone())).collect();
    assert_eq!(
        shown,
        [
            ("src/main.ci:1:12 \"store\"".to_owned(), LinkTarget::Source(fixture.file("/src/store.ci"))),
            ("src/main.ci:2:28 \"data/body.txt\"".to_owned(), LinkTarget::Path("data/body.txt".into())),
        ]
    );
}
