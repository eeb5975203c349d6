use super::*;
use crate::testing::Fixture;

/// Every item of the library and of a program in which much is not understood.
fn each_body(with: &mut dyn FnMut(&Body<'_>)) {
    let fixture = Fixture::new(
        "#[formerly(\"x\")]\nservice S {\n    #[allow(unused_binding, reason = \"r{1 + 2}\")]\n    let a = { x: [1, 2 };\n    \
         let b = a.;\n    let = f(1, |x| x + 1);\n    assert 1 == , \"m\";\n    let q = aws::sqs::Queue { DelaySeconds: if true { 1 } else { 2 } };\n    \
         ) let c = q\n    let d = match a { 1 => 2, };\n}\nfn g(x: Int = 4) -> Int { let y = x; y * 2 }\nconst C: Int = g(1);\n\
         test \"t\" { let s = S with { a: 1 }; assert s.a == 1; }\n",
    );
    fixture.snapshot().attach(|db| {
        let std = Program::try_get(db).unwrap().std(db);
        let own = own_sources(db, fixture.snapshot());
        for file in own.chain(std.files(db).iter().copied()) {
            items(db, file).iter().for_each(|item| with(&Body::of(db, *item)));
        }
    });
}

/// Of the members that an offset touches everything is found that is found in the whole item.
#[test]
fn what_is_near_is_all_that_touches() {
    let mut looked_at = 0;
    each_body(&mut |body| {
        let mut offsets: Vec<u32> =
            body.exprs().flat_map(|(_, node)| [node.range.start, node.range.end]).collect();
        offsets.sort_unstable();
        offsets.dedup();
        for offset in offsets {
            let touches = |(_, node): &(ExprId, &ExprNode)| node.range.touches(offset);
            let near: Vec<ExprId> = body.exprs_near(offset).filter(touches).map(|(id, _)| id).collect();
            let all: Vec<ExprId> = body.exprs().filter(touches).map(|(id, _)| id).collect();
            assert_eq!(near, all, "{offset} in\n{}", body.source.text());
            looked_at += 1;
        }
    });
    assert!(looked_at > 10_000, "{looked_at}");
}

#[test]
fn of_many_members_few_are_looked_at() {
    let members: String = (0..1000).fold(String::new(), |text, at| {
        text + &format!("    let q{at} = aws::sqs::Queue {{ DelaySeconds: {at} }};\n")
    });
    let fixture = Fixture::new(&format!("service S {{\n{members}    let last = $0q7;\n}}\n"));
    fixture.snapshot().attach(|db| {
        let place = at(db, fixture.snapshot(), fixture.cursor).unwrap();
        assert_eq!(place.body.exprs_near(place.offset).count(), 1);
        assert!(place.body.exprs().count() > 2000);
        let names = crate::occurrence::occurrences_near(db, place.body.item, place.offset);
        assert_eq!(names.len(), 3, "the service, the member and what it reads: {names:?}");
    });
}
