//! What this server writes down: one line for each event, as flat JSON for collectors or as text
//! for people (requirement H3).
//!
//! The fields of the spans around an event stand in its own line, and the correlation id of
//! whatever the work comes from: a request, the request that left a job behind, or a round of the
//! server's own. On the way out everything that looks like a secret is masked: types that can't be
//! printed are the wall, this is the moat.

mod redact;

use std::fmt::{Debug, Write as _};
use std::io::{IsTerminal, Write as _};

use serde::Serialize;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, registry};

use super::clock::Clock;
use super::config::Log;
use super::request_context;

/// Begins to write to standard error. What is written: `RUST_LOG`.
pub fn init(format: Log) {
    // Platform queries may hold codes; reqwest and hyper would log them at debug.
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,hyper=warn,reqwest=warn"));
    let is_terminal = std::io::stderr().is_terminal();
    let format = if format == Log::Auto && is_terminal { Log::Text } else { format };
    let in_colour = is_terminal && std::env::var_os("NO_COLOR").is_none();
    registry().with(filter).with(Lines { in_colour, ..Lines::new(format, std::io::stderr) }).init();
}

/// Writes every event as a line.
pub struct Lines<W> {
    format: Log,
    writer: W,
    in_colour: bool,
}

impl<W> Lines<W> {
    pub fn new(format: Log, writer: W) -> Self {
        Self { format, writer, in_colour: false }
    }
}

impl<S, W> Layer<S> for Lines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.0.extend(outer.0.clone());
            }
        }
        event.record(&mut fields);
        let reference = request_context::current().reference;
        if !reference.is_empty() {
            fields.0.entry("reference").or_insert(reference.into());
        }
        let message = fields
            .0
            .remove("message")
            .and_then(|text| text.as_str().map(str::to_owned))
            .unwrap_or_default();
        let line = Line {
            timestamp: Clock::System.now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            level: *event.metadata().level(),
            target: event.metadata().target(),
            message,
            fields: fields.0,
        };
        let text = if self.format == Log::Text { line.text(self.in_colour) } else { line.json() };
        // A log that can't be written must not stop what it tells of.
        self.writer.make_writer().write_all(text.as_bytes()).ok();
    }
}

struct Line<'a> {
    timestamp: String,
    level: Level,
    target: &'a str,
    message: String,
    fields: Map<String, Value>,
}

impl Line<'_> {
    fn json(&self) -> String {
        #[derive(Serialize)]
        struct Json<'a> {
            timestamp: &'a str,
            level: &'a str,
            target: &'a str,
            message: &'a str,
            #[serde(flatten)]
            fields: &'a Map<String, Value>,
        }
        let Self { timestamp, target, message, fields, .. } = self;
        // Texts, numbers and booleans always have a JSON form.
        let mut text = serde_json::to_string(&Json {
            timestamp,
            level: self.level.as_str(),
            target,
            message,
            fields,
        })
        .unwrap_or_default();
        text.push('\n');
        text
    }

    /// The time of day, the level, the message, then what goes with it, fainter.
    fn text(&self, in_colour: bool) -> String {
        let paint = |code: &str, text: &str| {
            if in_colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
        };
        let colour = match self.level {
            Level::ERROR => "31",
            Level::WARN => "33",
            Level::INFO => "32",
            _ => "2",
        };
        let level = paint(colour, &format!("{:>5}", self.level.as_str()));
        let mut text = format!(
            "{} {level} {}",
            paint("2", self.timestamp.get(11..23).unwrap_or(&self.timestamp)),
            self.message
        );
        for (name, value) in &self.fields {
            // A String takes whatever is written to it.
            match value {
                Value::String(value) if value.contains(char::is_whitespace) => {
                    write!(text, " {}{value:?}", paint("2", &format!("{name}=")))
                }
                Value::String(value) => write!(text, " {}{value}", paint("2", &format!("{name}="))),
                value => write!(text, " {}{value}", paint("2", &format!("{name}="))),
            }
            .ok();
        }
        text.push('\n');
        text
    }
}

/// The fields of a span or an event, masked.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn add(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, redact::masked(field.name(), value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add(field, redact::masked(field.name(), &format!("{value:?}")));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value);
    }
}
