-- Replace what an exchange reserved by what it used. Only the first settlement
-- of an id changes anything; one that comes before its reservation leaves a
-- tombstone, so that the late reservation takes nothing.
--
-- KEYS: the reservation's record, then each counter.
-- ARGV: the sheet as MessagePack, how long a tombstone lasts, the id, then
--       what was used of each counter.

-- What frees room is not refused for want of it, nor is what follows it: else a
-- full Redis would grant on and book nothing, until nothing seemed to be left.
local record = redis.call('GETDEL', KEYS[1])
redis.call('SET', KEYS[1], 'x', 'PX', ARGV[2])
if record == 'x' then
  return 0
end
-- Nothing reserved is known, then: only places that were renewed can be given back.
local entries = record and cmsgpack.unpack(record)
local WINDOW, PERIOD, LEASE = 1, 2, 3

-- Lua knows a zero below zero, which Redis does not take for a number.
local function whole(change)
  return change == 0 and 0 or change
end

local function correct(place, terms)
  local key, stamp, amount = KEYS[place + 1], entries[place * 2 - 1], entries[place * 2]
  local change = tonumber(ARGV[place + 3]) - amount
  if terms[1] == WINDOW then
    local parts = terms[5]
    local newest = tonumber(redis.call('HGET', key, 'n'))
    if newest and change ~= 0 then
      stamp = math.min(stamp, newest)
      if stamp >= newest - parts then
        local slot = stamp % (parts + 1)
        local count = tonumber(redis.call('HGET', key, slot)) or 0
        change = whole(math.max(change, -count))
        redis.call('HINCRBY', key, slot, change)
        redis.call('HINCRBY', key, 't', change)
      end
    end
  elseif terms[1] == PERIOD then
    local state = redis.call('HMGET', key, 's', 't')
    if tonumber(state[1]) == stamp then
      redis.call('HINCRBY', key, 't', whole(math.max(change, -tonumber(state[2]))))
    end
  end
end

for place, terms in ipairs(cmsgpack.unpack(ARGV[1])) do
  if terms[1] == LEASE then
    redis.call('ZREM', KEYS[place + 1], ARGV[3])
  elseif entries then
    correct(place, terms)
  end
end
return record and 1 or 0
