fn main() {
    for f in std::env::args().skip(1) {
        let t = std::fs::read_to_string(&f).unwrap();
        match ci_format::format(&t) { Ok(o) => { println!("{o}"); match ci_format::format(&o) { Ok(p) if p == o => {}, Ok(p) => println!("UNSTABLE {f}\n{p}"), Err(e) => println!("SECOND {f} {e}") } }, Err(e) => println!("ERR {f} {e}") }
    }
}
