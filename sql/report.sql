-- What users report to the administrator.

-- An event of a room, to be reported.
-- :name report_event
SELECT nr FROM event
 WHERE event_id = :event_id AND room = :room
   AND outlier = 0 AND rejected = 0;

-- :name report_add
INSERT INTO report (reporter, at, room, event, user, reason, score)
VALUES (:reporter, :at, :room, :event, :user, :reason, :score);

-- Only the newest of one reporter stay.
-- :name report_thin
DELETE FROM report
 WHERE nr IN (SELECT nr FROM report WHERE reporter = :reporter
               ORDER BY nr DESC LIMIT -1 OFFSET :keep);

-- The next behind a number.
-- :name report_page
SELECT p.nr, p.at, u.user_id, r.room_id, e.event_id, w.user_id, p.reason,
       p.score
  FROM report p
  CROSS JOIN user u ON u.nr = p.reporter
  LEFT JOIN room r ON r.nr = p.room
  LEFT JOIN event e ON e.nr = p.event
  LEFT JOIN user w ON w.nr = p.user
 WHERE p.nr > :after
 ORDER BY p.nr LIMIT :limit;

-- One, with the event it is about.
-- :name report_show
SELECT p.nr, p.at, u.user_id, r.room_id, e.event_id, w.user_id, p.reason,
       p.score, s.user_id, e.type, e.content_at, e.content_len, e.pdu
  FROM report p
  CROSS JOIN user u ON u.nr = p.reporter
  LEFT JOIN room r ON r.nr = p.room
  LEFT JOIN event e ON e.nr = p.event
  LEFT JOIN user w ON w.nr = p.user
  LEFT JOIN user s ON s.nr = e.sender
 WHERE p.nr = :nr;

-- :name report_drop
DELETE FROM report WHERE nr = :nr;
