-- Keys that are no id's own text begin with '@', so that none reads like another.
update ledger set key = '@id:' || key where key like '@%';

-- A message without an id is known by the place it came from. One that held its own position as id is not told apart.
update ledger set key = '@at:' || key where key = source;

-- Ids of bytes, and ids that were too long, had forms that an id of text could have too: which of both it was, nobody
-- knows. Both forms stay, so that neither is applied again.
insert into ledger (pipeline, key, source, applied_at)
select pipeline, '@' || key, source, applied_at from ledger
where key ~ '^(base64:[A-Za-z0-9+/]*=*|sha256:[0-9a-f]{64})$';

-- The id of a job is unique in the world.
update ledger set key = (select id from installation) || '-' || key
where key ~ '^job-[0-9]+$' and source ~ '^job:.*:[0-9]+$';

-- What the message held: the first 8 bytes of the SHA-256 of its payload; null where it is not known.
alter table ledger add column content bigint;
