//! `huntaze keys`: the keys that seal the platforms' tokens, and changing them while the server
//! runs.

use std::collections::BTreeMap;

use clap::Subcommand;
use huntaze::server::clock::Clock;
use huntaze::server::config::Config;
use huntaze::server::domain::keys::{self as sealing, Kept, Rotated};
use huntaze::server::{Backend, db, identity, keys, start};

use crate::Failure;

#[derive(Subcommand)]
pub enum Verb {
    /// Add a new key to the key file; it is not used until `rotate`
    Generate {
        /// A key that signs access tokens, in place of one that seals
        #[arg(long)]
        signing: bool,
    },
    /// Show the keys, how much each seals, and how often it ever did
    List,
    /// Use the new key from now on, and seal everything anew with it
    Rotate {
        /// The key that signs access tokens, in place of the one that seals
        #[arg(long)]
        signing: bool,
    },
    /// Open everything that is sealed, and name what does not open
    Verify,
    /// Take a key that seals nothing any more, or signs nothing any more, out of the key file
    Drop {
        /// The key's id, as `list` shows it
        id: String,
    },
}

pub async fn run(config: Config, verb: Verb) -> Result<(), Failure> {
    start::require_existing(&config)?;
    match verb {
        Verb::Generate { signing } => generate(config, signing).await,
        Verb::List => list(&inspect(config).await?).await,
        Verb::Rotate { signing: true } => rotate_signing(config).await,
        Verb::Rotate { signing: false } => rotate(config).await,
        Verb::Verify => verify(&inspect(config).await?).await,
        Verb::Drop { id } if keys::is_signing(&config, &id)? => drop_signing(config, &id).await,
        Verb::Drop { id } => drop_key(config, &id).await,
    }
}

async fn open(config: Config) -> Result<Backend, Failure> {
    Ok(start::backend(config, Clock::System).await?)
}

async fn inspect(config: Config) -> Result<Backend, Failure> {
    Ok(start::inspect(config, Clock::System).await?)
}

async fn generate(config: Config, signing: bool) -> Result<(), Failure> {
    let id = keys::change(&config, |file| match signing {
        true => file.sign.add(),
        false => file.seal.add(),
    })?;
    let backend = open(config).await?;
    sealing::added(&backend, &id).await;
    close(&backend).await;
    let (uses, flag) = if signing { ("signs", " --signing") } else { ("seals", "") };
    println!(
        "Key {id} is in the key file, and {uses} nothing yet. Back the file up and give it to \
         every process, then: huntaze keys rotate{flag}"
    );
    Ok(())
}

async fn list(backend: &Backend) -> Result<(), Failure> {
    let counts = sealing::counts(backend).await?;
    let seals: BTreeMap<_, _> = db::keys::all(&backend.db)
        .await?
        .into_iter()
        .map(|key| (key.key_id, key.seal_count))
        .collect();
    let (primary, ids) = (backend.vault.primary(), backend.vault.key_ids());
    for id in &ids {
        let note = if *id == primary { "  seals" } else { "" };
        let made = seals.get(&format!("{id:08x}")).unwrap_or(&0);
        println!(
            "{id:08x}  {:>8} sealed  {made:>10} seals made{note}",
            counts.get(&Some(*id)).unwrap_or(&0)
        );
        if *made >= keys::MANY_SEALS {
            println!("          it has sealed a lot\n  fix: huntaze keys generate, then rotate");
        }
    }
    let signing = backend.vault.signing().id.clone();
    for id in backend.vault.signing_ids() {
        let note = if id == signing { "  signs" } else { "" };
        println!("{id}  for access tokens{note}");
    }
    for (id, count) in counts.iter().filter(|(id, _)| id.is_none_or(|id| !ids.contains(&id))) {
        let id = id.map_or("unknown ".to_owned(), |id| format!("{id:08x}"));
        println!("{id}  {count:>8} sealed  NOT IN THE KEY FILE");
    }
    Ok(())
}

async fn rotate(config: Config) -> Result<(), Failure> {
    if !keys::is_file(&config) {
        println!(
            "The keys come from the setting keys.ring: everything is sealed anew with its primary \
             key."
        );
    } else if let Some(id) = keys::change(&config, |file| Ok(file.seal.promote()))? {
        println!("Key {id} seals from now on.");
    }
    let backend = open(config).await?;
    let first = sealing::rotate(&backend).await?;
    // Until they look at the key file again, other processes may have sealed something with the key
    // before.
    tokio::time::sleep(keys::LOOK * 2).await;
    let rest = sealing::rotate(&backend).await?;
    let all = Rotated {
        resealed: first.resealed + rest.resealed,
        overtaken: first.overtaken + rest.overtaken,
        unreadable: rest.unreadable,
    };
    sealing::rotated(&backend, all).await;
    println!("{} values are sealed anew.", all.resealed);
    close(&backend).await;
    match rest.unreadable {
        0 => Ok(()),
        count => Err(format!(
            "{count} values do not open\n  fix: `huntaze keys verify` names them and their keys"
        )
        .into()),
    }
}

/// Nothing has to be signed anew: what the former key signed works until it ends.
async fn rotate_signing(config: Config) -> Result<(), Failure> {
    let Some(id) = keys::change(&config, |file| Ok(file.sign.promote()))? else {
        return Err(
            "there is no new key that could sign\n  fix: huntaze keys generate --signing".into()
        );
    };
    let backend = open(config).await?;
    sealing::signing_rotated(&backend, &id).await;
    close(&backend).await;
    println!(
        "Key {id} signs from now on. What the former one signed works until it ends, {} minutes \
         at most; then: huntaze keys drop",
        identity::ACCESS.num_minutes()
    );
    Ok(())
}

async fn drop_signing(config: Config, id: &str) -> Result<(), Failure> {
    keys::change(&config, |file| file.sign.remove(id))?;
    let backend = open(config).await?;
    sealing::signing_dropped(&backend, id).await;
    close(&backend).await;
    println!("Key {id} is gone from the key file. What it signed is refused from now on.");
    Ok(())
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
            "{count} values do not open\n  fix: put the keys they name back into the key file from \
             your backup; without them those accounts have to be reconnected"
        )
        .into()),
    }
}

async fn drop_key(config: Config, id: &str) -> Result<(), Failure> {
    let key = keys::droppable(&config, id)?;
    let backend = open(config).await?;
    if let Err(kept) = sealing::forget(&backend, key).await? {
        return Err(match kept {
            Kept::Seals(count) => format!(
                "{count} values are still sealed with key {id}\n  fix: \
                huntaze keys rotate"
            ),
            Kept::NotRetired => format!(
                "key {id} may still seal in another process\n  fix: \
                huntaze keys rotate"
            ),
            Kept::Until(at) => {
                format!(
                    "what was sealed with key {id} until shortly ago may still be on its \
                     way\n  fix: the same again after {} UTC",
                    at.format("%H:%M:%S")
                )
            }
        }
        .into());
    }
    keys::change(&backend.config, |file| file.seal.remove(id))?;
    println!(
        "Key {id} is gone from the key file. Keep it in your backups for as long as you keep \
         backups of the database from its time."
    );
    close(&backend).await;
    Ok(())
}

/// What this command sealed counts, too.
async fn close(backend: &Backend) {
    keys::count(backend).await;
    backend.db.close().await;
}
