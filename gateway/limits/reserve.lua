-- Reserve everything that one exchange demands, or nothing. The rules are
-- those of balances.py and admission.py; one contract suite holds both.
--
-- KEYS: the reservation's record, then each counter.
-- ARGV: the sheet as MessagePack (for each counter its kind, capacity, shadow,
--       and its window), the time in milliseconds (0: Redis' own), the id,
--       how long a record lasts, then the amount for each counter; without
--       amounts it is only a look, which needs no writes.
-- Returns outcome (1 granted, 0 refused, 2 settled before), the place of the
-- limit that refuses, milliseconds until a retry (-1 never), then for each
-- counter what is left and milliseconds until all of it is.
--
-- A Redis that is out of memory stops a script at its first write or lets all
-- of them pass, so nothing is half done.

local sheet = cmsgpack.unpack(ARGV[1])
local now = tonumber(ARGV[2])
if now == 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local id, record_ms = ARGV[3], ARGV[4]
local is_look = #ARGV == 4
local WINDOW, PERIOD = 1, 2
local is_refused = false

-- A look tidies up as it goes; where Redis takes no writes, it goes on without.
local function write(...)
  if not is_look then
    redis.call(...)
  elseif not is_refused then
    is_refused = type(redis.pcall(...)) == 'table'
  end
end

local function open_window(key, grain, parts)
  local part = math.floor(now / grain)
  local state = redis.call('HMGET', key, 'n', 't', 'l')
  local newest = tonumber(state[1])
  if not newest then
    return { total = 0, newest = part, last = 0 }
  end
  local total, last = tonumber(state[2]), tonumber(state[3])
  if newest - part > parts + 1 then
    write('DEL', key)
    write('HSET', key, 'n', part, 't', total, 'l', part, part % (parts + 1), total)
    write('PEXPIRE', key, grain * (parts + 2))
    newest, last = part, part
  elseif part > newest then
    local slots = {}
    for step = 1, math.min(part - newest, parts + 1) do
      slots[step] = (newest + step) % (parts + 1)
    end
    local counts = redis.call('HMGET', key, unpack(slots))
    for step = 1, #slots do
      total = total - (tonumber(counts[step]) or 0)
    end
    write('HSET', key, 'n', part, 't', total)
    write('HDEL', key, unpack(slots))
    newest = part
  end
  return { total = total, newest = newest, last = last }
end

local function free_window(key, grain, parts, state, surplus)
  local slots = {}
  for back = parts, 0, -1 do
    slots[#slots + 1] = (state.newest - back) % (parts + 1)
  end
  local counts = redis.call('HMGET', key, unpack(slots))
  for place = 1, #slots do
    surplus = surplus - (tonumber(counts[place]) or 0)
    if surplus <= 0 then
      return (state.newest - parts + place - 1 + parts + 1) * grain
    end
  end
  return (state.newest + parts + 1) * grain
end

local function open_period(key, before, first, last, after)
  if now < first then
    first, last = before, first
  elseif now >= last then
    first, last = last, after
  end
  local state = redis.call('HMGET', key, 's', 't', 'e')
  local began, total, ends = tonumber(state[1]) or 0, tonumber(state[2]) or 0, tonumber(state[3]) or 0
  if first > began then
    began, total, ends = first, 0, last
  elseif first < began - (after - before) then
    began, ends = first, last
  end
  return { total = total, began = began, ends = ends }
end

local function open_lease(key)
  write('ZREMRANGEBYSCORE', key, '-inf', now)
  return { total = redis.call('ZCOUNT', key, '(' .. now, '+inf') }
end

local states = {}
for place, terms in ipairs(sheet) do
  local key, kind = KEYS[place + 1], terms[1]
  if kind == WINDOW then
    states[place] = open_window(key, terms[4], terms[5])
  elseif kind == PERIOD then
    states[place] = open_period(key, terms[4], terms[5], terms[6], terms[7])
  else
    states[place] = open_lease(key)
  end
end

local function reply(outcome, failed, retry, amounts)
  local said = { outcome, failed, retry }
  for place, terms in ipairs(sheet) do
    local state, kind, empty = states[place], terms[1], 0
    local used = state.total + (amounts[place] or 0)
    if kind == WINDOW then
      local last = amounts[place] and state.newest or state.last
      empty = (last + terms[5] + 1) * terms[4]
    elseif kind == PERIOD then
      empty = state.ends
    end
    said[#said + 1] = terms[2] - used
    said[#said + 1] = used > 0 and math.max(0, empty - now) or 0
  end
  return said
end

if is_look then
  return reply(1, -1, 0, {})
end
local record = redis.call('GET', KEYS[1])
if record then
  return reply(record == 'x' and 2 or 1, -1, 0, {})
end

local amounts, failed, wait = {}, -1, 0
for place, terms in ipairs(sheet) do
  local amount, capacity = tonumber(ARGV[place + 4]), terms[2]
  amounts[place] = amount
  local surplus = states[place].total + amount - capacity
  if surplus > 0 and terms[3] == 0 and amount > 0 and wait ~= -1 then
    if amount > capacity then
      failed, wait = place - 1, -1
    else
      local free = now + 1000
      if terms[1] == WINDOW then
        free = free_window(KEYS[place + 1], terms[4], terms[5], states[place], surplus)
      elseif terms[1] == PERIOD then
        free = states[place].ends
      end
      local longest = math.max(1, free - now)
      if longest > wait then
        failed, wait = place - 1, longest
      end
    end
  end
end
if failed >= 0 then
  return reply(0, failed, wait, {})
end

local entries = {}
for place, terms in ipairs(sheet) do
  local key, state, amount = KEYS[place + 1], states[place], amounts[place]
  local stamp = 0
  if terms[1] == WINDOW then
    stamp = state.newest
    redis.call('HSET', key, 'n', stamp, 't', state.total + amount, 'l', stamp)
    redis.call('HINCRBY', key, stamp % (terms[5] + 1), amount)
    redis.call('PEXPIRE', key, terms[4] * (terms[5] + 2))
  elseif terms[1] == PERIOD then
    stamp = state.began
    redis.call('HSET', key, 's', stamp, 't', state.total + amount, 'e', state.ends)
    redis.call('PEXPIRE', key, math.max(1000, state.ends - now) + 86400000)
  elseif amount > 0 then
    redis.call('ZADD', key, now + terms[4], id)
    redis.call('PEXPIRE', key, terms[4] * 2)
  end
  entries[#entries + 1] = stamp
  entries[#entries + 1] = amount
end
redis.call('SET', KEYS[1], cmsgpack.pack(entries), 'PX', record_ms)
return reply(1, -1, 0, amounts)
