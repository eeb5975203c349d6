//! Names of services as principals: slips in them.
//!
//! Nobody publishes all names. What is near a known one and none itself is a slip; of others nothing is said.
//!
//! Must not know: documents.

use ci_catalog::iam;

use super::deputy;
use super::facts::PRINCIPALS;
use crate::words;

/// What all names end in. China's regions have an ending of their own for some services.
const ENDINGS: [&str; 2] = [".amazonaws.com", ".amazonaws.com.cn"];

/// What a name that cannot be one was likely meant to be.
pub(super) fn meant(name: &str) -> Option<String> {
    let Some((host, ending)) = ENDINGS.iter().find_map(|end| Some((name.strip_suffix(end)?, *end))) else {
        // A slip in what all names have in common.
        let (label, rest) = name.split_once('.')?;
        return words::nearest(rest, ["amazonaws.com"]).map(|ending| format!("{label}.{ending}"));
    };
    // Some have a region, or what they are part of: `logs.eu-west-1`, `delivery.logs`.
    let is_known = |label: &str| iam::service(label).is_some() || is_listed(label);
    if is_listed(host) || host.split('.').any(is_known) || host.contains('.') || host.contains(['{', '*']) {
        return None;
    }
    let listed = PRINCIPALS.iter().copied();
    let saying = deputy::names().filter_map(|known| known.strip_suffix(ENDINGS[0]));
    words::nearest(host, iam::services().chain(listed).chain(saying)).map(|near| format!("{near}{ending}"))
}

fn is_listed(host: &str) -> bool {
    PRINCIPALS.contains(&host) || deputy::names().any(|known| known.strip_suffix(ENDINGS[0]) == Some(host))
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_slip_is_near_a_known_name_and_none_itself() {
        let meant = |name| meant(name).unwrap_or_default();
        assert_eq!(meant("lamda.amazonaws.com"), "lambda.amazonaws.com");
        assert_eq!(meant("sns.amazonws.com"), "sns.amazonaws.com");
        assert_eq!(meant("ecs-task.amazonaws.com"), "ecs-tasks.amazonaws.com");
        for known in [
            "lambda.amazonaws.com",
            "logs.eu-west-1.amazonaws.com",
            "delivery.logs.amazonaws.com",
            "edgelambda.amazonaws.com",
            "ec2.amazonaws.com.cn",
            "somethingnew.amazonaws.com",
        ] {
            assert_eq!(meant(known), "");
        }
    }
}
