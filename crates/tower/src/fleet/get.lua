-- Returns the number of the last change, the time in milliseconds, and, if there is a valid result, the result and the
-- rest of its lifetime in milliseconds.
-- KEYS: the result, the changes
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local number, first = unpack(redis.call('HMGET', KEYS[2], 'number', 'first'))
if not number or not first then
    -- Changes before now are unknown.
    number = string.format('%.0f', now * 1000)
    redis.call('HSET', KEYS[2], 'number', number, 'first', number)
    return { number, now, false }
end
local value = redis.call('GET', KEYS[1])
if value then
    local started, group, result = string.match(value, '^(%d+) (%d+) (.*)$')
    if started then
        local last = redis.call('HGET', KEYS[2], group) or first
        if tonumber(last) <= tonumber(started) and tonumber(started) <= tonumber(number) then
            return { number, now, { result, math.max(redis.call('PTTL', KEYS[1]), 0) } }
        end
    end
end
return { number, now, false }
