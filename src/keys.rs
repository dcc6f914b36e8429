//! `huntaze keys`: the keys that seal the platforms' tokens, and changing them while the server runs.

use clap::Subcommand;
use huntaze::server::clock::Clock;
use huntaze::server::config::Config;
use huntaze::server::domain::keys as sealing;
use huntaze::server::{Backend, keys, start};

use crate::Failure;

#[derive(Subcommand)]
pub enum Verb {
    /// Add a new key to the key file; it seals nothing until `rotate`
    Generate,
    /// Show the keys, and how much each seals
    List,
    /// Make the new key the one that seals, and seal everything anew with it
    Rotate,
    /// Open everything that is sealed, and name what does not open
    Verify,
    /// Take a key that seals nothing any more out of the key file
    Drop {
        /// The key's id, as `list` shows it
        id: String,
    },
}

pub async fn run(config: Config, verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::Generate => generate(&config),
        Verb::List => list(&open(config).await?).await,
        Verb::Rotate => rotate(config).await,
        Verb::Verify => verify(&open(config).await?).await,
        Verb::Drop { id } => drop_key(config, &id).await,
    }
}

async fn open(config: Config) -> Result<Backend, Failure> {
    Ok(start::backend(config, Clock::System).await?)
}

fn generate(config: &Config) -> Result<(), Failure> {
    let id = keys::change(config, |file| file.add())?;
    println!(
        "Key {id} is in the key file, and seals nothing yet. Back the file up and give it to every process, then: huntaze keys rotate"
    );
    Ok(())
}

async fn list(backend: &Backend) -> Result<(), Failure> {
    let counts = sealing::counts(backend).await?;
    let (primary, ids) = (backend.vault.primary(), backend.vault.key_ids());
    for id in &ids {
        let note = if *id == primary { "  seals" } else { "" };
        println!("{id:08x}  {:>8} sealed{note}", counts.get(&Some(*id)).unwrap_or(&0));
    }
    for (id, count) in counts.iter().filter(|(id, _)| id.is_none_or(|id| !ids.contains(&id))) {
        let id = id.map_or("unknown ".to_owned(), |id| format!("{id:08x}"));
        println!("{id}  {count:>8} sealed  NOT IN THE KEY FILE");
    }
    Ok(())
}

async fn rotate(config: Config) -> Result<(), Failure> {
    if !keys::is_file(&config) {
        println!("The keys come from the setting keys.ring: everything is sealed anew with its primary key.");
    } else if let Some(id) = keys::change(&config, |file| Ok(file.promote()))? {
        println!("Key {id} seals from now on.");
    }
    let backend = open(config).await?;
    let first = sealing::rotate(&backend).await?;
    // Until they look at the key file again, other processes may have sealed something with the key before.
    tokio::time::sleep(keys::LOOK * 2).await;
    let rest = sealing::rotate(&backend).await?;
    println!("{} values are sealed anew.", first.resealed + rest.resealed);
    backend.db.close().await;
    match rest.unreadable {
        0 => Ok(()),
        count => Err(format!("{count} values do not open\n  fix: `huntaze keys verify` names them and their keys").into()),
    }
}

async fn verify(backend: &Backend) -> Result<(), Failure> {
    let (opened, unreadable) = sealing::verify(backend).await?;
    for value in &unreadable {
        eprintln!("{}.{} of row {}: {}", value.table, value.column, value.row, value.error);
    }
    println!("{opened} values open.");
    match unreadable.len() {
        0 => Ok(()),
        count => Err(format!(
            "{count} values do not open\n  fix: put the keys they name back into the key file from your backup; without them those accounts have to be reconnected"
        )
        .into()),
    }
}

async fn drop_key(config: Config, id: &str) -> Result<(), Failure> {
    let key = keys::droppable(&config, id)?;
    let backend = open(config).await?;
    if let Err(count) = sealing::forget(&backend, key).await? {
        return Err(format!("{count} values are still sealed with key {id}\n  fix: huntaze keys rotate").into());
    }
    keys::change(&backend.config, |file| file.remove(id))?;
    println!(
        "Key {id} is gone from the key file. Keep it in your backups for as long as you keep backups of the database from its time."
    );
    backend.db.close().await;
    Ok(())
}
