-- Whether payload and headers are only the beginning of a message that was too large.
alter table dead_letter add column cut boolean not null default false;
