//! The command line.

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

const EXIT_CODES: &str = "\
Exit codes:
  0  all is well
  1  the program has errors, a test fails, files are not formatted, a role lacks rights, or access is
     given that must not be
  2  the command line or the project is not usable
  3  a file could not be read or written, or cleaninfra made a mistake of its own";

/// Typed infrastructure that compiles to AWS CloudFormation.
#[derive(Parser, Debug)]
#[command(name = "cleaninfra", version, about = "Typed infrastructure that compiles to AWS CloudFormation", after_help = EXIT_CODES, max_term_width = 100)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Args, Debug)]
pub(crate) struct Global {
    /// How findings are written; all but `human` go to stdout
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub message_format: MessageFormat,
    /// When to use colours; `auto` also respects `NO_COLOR`
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: ColorChoice,
    /// Say only what is wrong
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more about what is done
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// How findings are written.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum MessageFormat {
    /// With the source around them, for people
    #[default]
    Human,
    /// One JSON object a line
    Json,
    /// SARIF 2.1.0, for code scanners
    Sarif,
    /// Workflow commands, for annotations on GitHub
    Github,
}

/// When to use colours.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ColorChoice {
    /// On a terminal
    #[default]
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Start a project
    New(New),
    /// Find what is wrong without writing anything
    Check(Check),
    /// Write CloudFormation templates
    Build(Build),
    /// Say who may do what, and why
    Access(Access),
    /// Run the tests of a project
    Test(Test),
    /// Write the policies that deploying takes, or compare a role with them
    DeployRole(DeployRole),
    /// Say who reaches whom, and what is in the way
    Network(Network),
    /// Draw what a program is made of
    Diagram(Diagram),
    /// Format source files
    Fmt(Fmt),
    /// Explain a finding by its code
    Explain(Explain),
    /// Describe a resource type or one of its properties
    Describe(Describe),
    /// Write the completions of a shell to stdout
    Completions(Completions),
    /// Answer an editor: the language server protocol over stdin and stdout
    LanguageServer(LanguageServer),
}

#[derive(Args, Debug)]
pub(crate) struct New {
    /// The directory to make; its last part is the name of the project
    #[arg(value_name = "NAME")]
    pub path: Utf8PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Check {
    /// A project, or a source file outside any project
    #[arg(default_value = ".")]
    pub path: Utf8PathBuf,
    /// Fail on warnings too
    #[arg(long)]
    pub deny_warnings: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Build {
    /// A project, or a source file outside any project
    #[arg(default_value = ".")]
    pub path: Utf8PathBuf,
    /// Build only this environment
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Where to write; `build` in the project by default
    #[arg(long, value_name = "DIR")]
    pub out: Option<Utf8PathBuf>,
    /// How to write templates; what the manifest says by default
    #[arg(long, value_enum)]
    pub format: Option<TemplateFormat>,
    /// Say in the metadata of templates which line each resource and policy statement comes from
    #[arg(long)]
    pub explain: bool,
    /// Build again whenever a source changes
    #[arg(long)]
    pub watch: bool,
    /// Fail on warnings too
    #[arg(long)]
    pub deny_warnings: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Test {
    /// A project, or a source file outside any project
    #[arg(default_value = ".")]
    pub path: Utf8PathBuf,
    /// Only tests whose module and name have this in them: `delete`, `orders::`
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
}

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Access {
    /// A project, or a source file outside any project
    #[arg(default_value = ".")]
    pub path: Utf8PathBuf,
    /// Only what this may do, by its name in the source: `worker`, `orders.worker`
    #[arg(long, value_name = "NAME", conflicts_with = "to")]
    pub of: Option<String>,
    /// Only who gets at this, by its name in the source: by rights, its own policy, its key or the network
    #[arg(long, value_name = "NAME")]
    pub to: Option<String>,
    /// Only in this environment
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// What is proved about services keeping apart, along which edges, and what is left out
    #[arg(long, conflicts_with_all = ["of", "to", "diff"])]
    pub isolation: bool,
    /// What is given and taken since a revision in git, or compared with the project in another directory
    #[arg(long, value_name = "REVISION|DIR", conflicts_with_all = ["of", "to"])]
    pub diff: Option<String>,
    /// Of a difference: as Markdown, for a pull request
    #[arg(long, requires = "diff", conflicts_with = "json")]
    pub markdown: bool,
    /// Of a difference: exit with 1 if anything is given that is not allowed by a list
    #[arg(long, requires = "diff")]
    pub deny_additions: bool,
    /// Of a difference: a list of what may be given, one addition in a line, as it is shown
    #[arg(long, value_name = "FILE", requires = "deny_additions")]
    pub allow: Vec<Utf8PathBuf>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct DeployRole {
    /// A project, or a source file outside any project
    #[arg(default_value = ".")]
    pub path: Utf8PathBuf,
    /// Only for this environment
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Where to write; `deploy-role` in the project by default
    #[arg(long, value_name = "DIR", conflicts_with = "check")]
    pub out: Option<Utf8PathBuf>,
    /// How to write policies
    #[arg(long, value_enum, default_value_t, conflicts_with = "check")]
    pub format: RoleFormat,
    /// What the names of roles begin with; as the names of the stacks by default
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The bucket with archives and large templates
    #[arg(long, value_name = "BUCKET")]
    pub artifacts: Option<String>,
    /// Resources get tags at deployment that the source does not know
    #[arg(long)]
    pub tagged: bool,
    /// Allow roles to be made with the permissions boundary only
    #[arg(long)]
    pub require_boundary: bool,
    /// A file that says what resource types need that nobody else knows
    #[arg(long, value_name = "FILE")]
    pub actions: Option<Utf8PathBuf>,
    /// Write nothing; say what the role of these policies lacks, and exit with 1 if anything
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub check: Vec<Utf8PathBuf>,
    /// Which role of the file is meant, where it has several
    #[arg(long, value_name = "NAME", requires = "check")]
    pub role: Option<String>,
    /// What the role is for; `create` and `update` by default
    #[arg(long, value_enum, value_name = "PHASE", value_delimiter = ',', requires = "check")]
    pub phase: Vec<Phase>,
    /// Say what the role has beyond, too
    #[arg(long, requires = "check")]
    pub strict: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Network {
    /// A project, or a source file outside any project
    #[arg(default_value = ".")]
    pub path: Utf8PathBuf,
    /// Only what this reaches: `internet`, or a name in the source: `worker`, `orders.worker`
    #[arg(long, value_name = "NAME")]
    pub from: Option<String>,
    /// Only who reaches this: `internet`, or a name in the source
    #[arg(long, value_name = "NAME")]
    pub to: Option<String>,
    /// Only in this environment
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Diagram {
    /// A project, or a source file outside any project
    #[arg(default_value = ".")]
    pub path: Utf8PathBuf,
    /// Of this environment; the first one by default
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Only this service, and what it is connected with
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// How it is written
    #[arg(long, value_enum, default_value_t)]
    pub format: DiagramFormat,
    /// How much is drawn
    #[arg(long, value_enum, default_value_t)]
    pub level: DiagramLevel,
    /// How many times as wide as high the page is, from 0.25 to 4; 1 by default
    #[arg(long, value_name = "RATIO", value_parser = aspect)]
    pub aspect: Option<f64>,
    /// Where to write; stdout by default
    #[arg(long, value_name = "FILE")]
    pub out: Option<Utf8PathBuf>,
}

/// How a diagram is written.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DiagramFormat {
    /// A picture, for light and dark pages
    #[default]
    Svg,
    /// A flowchart for Mermaid, as GitHub draws it in Markdown
    Mermaid,
    /// For Graphviz
    Dot,
    /// For programs: what is in it, where it is drawn, and where the source says so
    Json,
}

/// How much of a program is drawn.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DiagramLevel {
    /// A box for each service
    Services,
    /// A box for each thing that people draw; roles, policies and the like are part of it
    #[default]
    Units,
    /// A box for each resource
    Resources,
}

/// How policies are written.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum RoleFormat {
    /// A policy document each
    #[default]
    Json,
    /// A CloudFormation template that makes the roles
    Cfn,
}

/// What is done with a stack.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It is made
    Create,
    /// It is changed
    Update,
    /// It is deleted
    Teardown,
}

/// How templates are written.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TemplateFormat {
    /// `.template.json`
    Json,
    /// `.template.yaml`
    Yaml,
}

#[derive(Args, Debug)]
pub(crate) struct Fmt {
    /// A source file, or a directory whose source files are formatted
    #[arg(default_value = ".", conflicts_with = "stdin")]
    pub path: Utf8PathBuf,
    /// Change nothing; show what would change, and exit with 1 if anything would
    #[arg(long)]
    pub check: bool,
    /// Format stdin to stdout
    #[arg(long)]
    pub stdin: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// A code or its name: `E0101`, `unknown-name`
    pub code: String,
}

#[derive(Args, Debug)]
pub(crate) struct Describe {
    /// A resource type in either spelling, `aws::s3::Bucket` or `AWS::S3::Bucket`, or a word to look for
    #[arg(value_name = "TYPE")]
    pub name: String,
    /// A property of it: `LifecycleConfiguration.Rules.Status`
    #[arg(value_name = "PROPERTY.PATH")]
    pub property: Option<String>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// Which shell
    pub shell: Shell,
}

#[derive(Args, Debug)]
pub(crate) struct LanguageServer {
    /// Speak over stdin and stdout, which it does anyway
    #[arg(long)]
    pub stdio: bool,
}

fn aspect(text: &str) -> Result<f64, String> {
    let ratio = text.parse().ok().filter(|ratio| (0.25..=4.0).contains(ratio));
    ratio.ok_or_else(|| "a number from 0.25 to 4 is wanted".to_owned())
}
