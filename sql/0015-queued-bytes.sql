-- How many bytes the content of what waits for a device has, beside queued.
-- Writes: devices, events.
ALTER TABLE device ADD COLUMN queued_bytes INTEGER NOT NULL DEFAULT 0;
UPDATE device
   SET queued_bytes = (SELECT coalesce(sum(length(CAST(content AS BLOB))), 0)
                         FROM to_device t WHERE t.device = device.nr)
 WHERE queued > 0;
