//! A mail server that says yes, says no, or falls silent (RFC 5321), and remembers what it took.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How the next mails are answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mood {
    Well,
    /// Refuses the recipient, for good.
    Refusing,
    /// Asks to come again.
    Busy,
    /// Takes the mail and hangs up before it says so.
    Forgetful,
}

#[derive(Clone)]
pub struct MailServer {
    pub addr: SocketAddr,
    mood: Arc<Mutex<Mood>>,
    taken: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("its address");
        let server = Self { addr, mood: Arc::new(Mutex::new(Mood::Well)), taken: Arc::default() };
        let answering = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A client that hangs up in the middle is its own affair.
                let _ = answering.talk(stream).await;
            }
        });
        server
    }

    pub fn refuses(&self) {
        *self.mood.lock().expect("the mood") = Mood::Refusing;
    }

    pub fn is_busy(&self) {
        *self.mood.lock().expect("the mood") = Mood::Busy;
    }

    pub fn forgets(&self) {
        *self.mood.lock().expect("the mood") = Mood::Forgetful;
    }

    pub fn is_well(&self) {
        *self.mood.lock().expect("the mood") = Mood::Well;
    }

    /// Every mail it was given, head and body, oldest first.
    pub fn taken(&self) -> Vec<String> {
        self.taken.lock().expect("the mails").clone()
    }

    async fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 stub\r\n").await?;
        loop {
            let line = read_line(&mut stream).await?;
            let mood = *self.mood.lock().expect("the mood");
            let answer = match line.split([' ', ':']).next().unwrap_or_default() {
                "" | "QUIT" => return stream.write_all(b"221 bye\r\n").await,
                "EHLO" => "250-stub\r\n250 AUTH PLAIN",
                "AUTH" => "235 welcome",
                "RCPT" if mood == Mood::Refusing => "550 no such person, and a secret: hunter2",
                "RCPT" if mood == Mood::Busy => "451 too much to do, and a secret: hunter2",
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").await?;
                    let mail = read_mail(&mut stream).await?;
                    self.taken.lock().expect("the mails").push(mail);
                    if mood == Mood::Forgetful {
                        return Ok(());
                    }
                    "250 taken"
                }
                _ => "250 yes",
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
    }
}

async fn read_line(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    Ok(line.trim_end().to_owned())
}

async fn read_mail(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut mail = String::new();
    loop {
        match read_line(stream).await?.as_str() {
            "." => return Ok(mail),
            line => mail.push_str(&format!("{line}\n")),
        }
    }
}
