-- Keep an entry in the place of what is there, unless that is younger.
-- KEYS: where. ARGV: the entry, its time to live in seconds, milliseconds of wall time of whoever keeps it.
-- What is there stands if it was kept while the call of the new one ran, and its own call began later.
-- Only then: what was there before that call is older, whatever clock dated it.
-- May be repeated.
local function label(entry)
  if type(entry) == 'string' and #entry >= LABEL_BYTES and entry:byte(1) == VERSION then
    return struct.unpack('>I8I4', entry, 10)
  end
end
local made, _ = label(ARGV[1])
local made_there, lasts_there = label(redis.pcall('GETRANGE', KEYS[1], 0, LABEL_BYTES - 1))
if made and made_there and made_there > made then
  local kept_ago = lasts_there * 1000 - redis.call('PTTL', KEYS[1])
  if kept_ago < tonumber(ARGV[3]) - made then
    return 0
  end
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
