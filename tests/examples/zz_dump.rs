//! scratch
fn main() {
    for arg in std::env::args().skip(1) {
        let schema = ci_catalog::resource_type(&arg).unwrap();
        println!("root {:?}", schema.root());
        for id in schema.node_ids() {
            let node = schema.node(id);
            let text = format!("{node:?}");
            let text: Vec<&str> = text.split(", ").filter(|part| !["None","[]","false"].iter().any(|e| part.ends_with(e))).collect();
            println!("{id:?} {}", text.join(", "));
        }
        for rule in schema.rules() { println!("{rule:?}"); }
        println!("{:?}", ci_tests::instance::minimal(schema));
    }
}
