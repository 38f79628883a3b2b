-- Work that goes on after the request that left it (common/store/task.c).

-- :name task_add
INSERT INTO task (kind, user, room, detail, created_at, due_at)
VALUES (:kind, :user, :room, :detail, :now, :due_at);

-- Oldest first.
-- :name task_list
SELECT nr, kind, due_at FROM task WHERE nr > :after ORDER BY nr;

-- One that is still due: another process may have had it meanwhile.
-- :name task_get
SELECT kind, user, cursor, failures, room, detail FROM task
 WHERE nr = :nr AND due_at <= :now;

-- It has come so far.
-- :name task_move
UPDATE task SET cursor = :cursor, failures = 0, due_at = 0 WHERE nr = :nr;

-- :name task_put_off
UPDATE task SET failures = failures + 1, due_at = :due_at WHERE nr = :nr;

-- :name task_hasten
UPDATE task SET due_at = 0 WHERE nr = :nr;

-- Those of a user of one kind; there are few tasks at any time.
-- :name task_drop_kind
-- :scan the table holds what is not done yet
DELETE FROM task WHERE kind = :kind AND user = :user;

-- How many of one kind a user has.
-- :name task_count
-- :scan the table holds what is not done yet
SELECT count(*) FROM task WHERE kind = :kind AND user = :user;

-- :name task_drop
DELETE FROM task WHERE nr = :nr;

-- Somebody outside is asked about it until then; its failures still count.
-- :name task_wait
UPDATE task SET due_at = :due_at WHERE nr = :nr;
