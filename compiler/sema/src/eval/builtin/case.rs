//! The spellings of names: `OrderItems`, `order-items`, `order_items`.

/// `order-items` as `OrderItems`, `myDLQ` as `MyDlq`.
pub fn pascal_case(text: &str) -> String {
    words(text).iter().map(|word| capitalised(&word.to_lowercase())).collect()
}

/// `OrderItems` as `order-items`.
pub fn kebab_case(text: &str) -> String {
    separated(text, "-")
}

/// `OrderItems` as `order_items`.
pub fn snake_case(text: &str) -> String {
    separated(text, "_")
}

fn separated(text: &str, separator: &str) -> String {
    let words: Vec<String> = words(text).iter().map(|word| word.to_lowercase()).collect();
    words.join(separator)
}

/// A text as a part of a logical id, in which only ASCII letters and digits are allowed: `eu-west-1a` as `EuWest1a`.
///
/// Capitals inside of words stay (`myDLQ` is `MyDLQ`), so that two names that differ in them keep different ids.
pub fn logical_id_part(text: &str) -> String {
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).map(capitalised).collect()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// The words of a name. One begins after anything that is neither letter nor digit, at a capital after something
/// that is none (`order|Items`), and at the last of several capitals before a small letter (`HTTP|Server`).
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut previous = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if !letter.is_alphanumeric() {
            words.push(std::mem::take(&mut word));
            previous = None;
            continue;
        }
        let before_small = letters.peek().is_some_and(|next| next.is_lowercase());
        let after_capital = previous.is_some_and(char::is_uppercase);
        if letter.is_uppercase() && (!after_capital || before_small) {
            words.push(std::mem::take(&mut word));
        }
        word.push(letter);
        previous = Some(letter);
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::logical_id_part;

    #[test]
    fn names_are_respelled() {
        let cases = [
            ("order-items", "OrderItems", "order-items", "order_items"),
            ("OrderItems", "OrderItems", "order-items", "order_items"),
            ("order_items", "OrderItems", "order-items", "order_items"),
            ("HTTPServer", "HttpServer", "http-server", "http_server"),
            ("myDLQ", "MyDlq", "my-dlq", "my_dlq"),
            ("s3Bucket", "S3Bucket", "s3-bucket", "s3_bucket"),
            ("eu-west-1a", "EuWest1a", "eu-west-1a", "eu_west_1a"),
            ("  a  b ", "AB", "a-b", "a_b"),
            ("größeÄnderung", "GrößeÄnderung", "größe-änderung", "größe_änderung"),
            ("", "", "", ""),
            ("-/-", "", "", ""),
        ];
        for (text, pascal_case, kebab_case, snake_case) in cases {
            assert_eq!(super::pascal_case(text), pascal_case, "{text}");
            assert_eq!(super::kebab_case(text), kebab_case, "{text}");
            assert_eq!(super::snake_case(text), snake_case, "{text}");
        }
    }

    #[test]
    fn logical_ids_keep_capitals() {
        let cases = [
            ("eu-west-1a", "EuWest1a"),
            ("order_items", "OrderItems"),
            ("POST /orders", "POSTOrders"),
            ("GET /orders/{id}", "GETOrdersId"),
            ("myDLQ", "MyDLQ"),
            ("10.0.0.0/16", "1000016"),
            ("größe", "GrE"),
            ("", ""),
        ];
        for (text, id) in cases {
            assert_eq!(logical_id_part(text), id, "{text}");
        }
    }
}
