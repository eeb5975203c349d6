use ci_project::{DiagramQuestion, Host, MemorySystem, drawing};

use super::*;

fn picture() -> Arc<Kept> {
    let files = [
        ("/p/ci.toml", "[package]\nname = \"p\"\nversion = \"0.1.0\"\n"),
        ("/p/src/main.ci", "service Mail { let letters = aws::sqs::Queue {}; }"),
    ];
    let host = Host::open(Arc::new(MemorySystem::new(files)), "/p".into()).unwrap();
    let target = host.snapshot().drawn(&DiagramQuestion::default()).target.unwrap();
    Arc::new(Kept { drawing: drawing(&target.diagram, &target.layout), places: Vec::new() })
}

/// One with many elements that takes about this many bytes.
fn of_bytes(bytes: usize) -> Arc<Kept> {
    let small = &picture().drawing;
    let elements = || small.elements.iter().cloned();
    let of = |elements: Vec<_>| Kept {
        drawing: Drawing { elements, page: Vec::new(), ..small.clone() },
        places: Vec::new(),
    };
    let one = of(elements().collect()).weight();
    Arc::new(of((0..bytes / one).flat_map(|_| elements()).collect()))
}

#[test]
fn what_is_asked_for_stays_and_what_is_not_goes() {
    let (pictures, picture) = (Pictures::default(), picture());
    pictures.keep("shown", &picture);
    for number in 0..100 {
        pictures.keep(&number.to_string(), &picture);
        assert!(pictures.find("shown").is_some(), "after {number}");
    }
    assert!(pictures.find("99").is_some());
    assert!(pictures.find("90").is_none());
    assert_eq!(pictures.0.lock().unwrap().len(), MOST);
    pictures.keep("99", &picture);
    assert_eq!(pictures.0.lock().unwrap().len(), MOST, "it is there once");
}

#[test]
fn what_takes_too_much_is_not_kept() {
    let pictures = Pictures::default();
    pictures.keep("small", &picture());
    pictures.keep("too large", &of_bytes(MOST_BYTES + MOST_BYTES / 10));
    assert!(pictures.find("too large").is_none() && pictures.find("small").is_some());
    let large = of_bytes(MOST_BYTES / 3);
    pictures.keep("first", &large);
    pictures.keep("second", &large);
    assert!(pictures.find("first").is_some() && pictures.find("small").is_some());
    pictures.keep("third", &large);
    assert!(pictures.find("second").is_none() && pictures.find("third").is_some());
    assert!(pictures.find("first").is_some() && pictures.find("small").is_some());
}
