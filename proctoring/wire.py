"""How the web side and the face workers talk: keys and scripts of the face Redis. Everything lives for seconds.

A worker says once a second that it lives and how it is doing (`stats`): how many challenges it can take follows from
what a frame costs it (ADR 0186).

A worker has two inbox streams, `live` (liveness frames) and `work` (snapshots and stills); it empties the first before
it takes from the second. Entries are read once and deleted. Answers to a socket travel by the channel layer, answers
to a still through a list of their own.
"""

WORKERS = "face:workers"  # sorted set: worker → last heartbeat (Redis seconds)
QUEUE = "face:queue"  # sorted set: session → first asked
ASKED = "face:asked"  # sorted set: session → last asked
LIVE, WORK = "live", "work"

ALIVE_S = 4.0  # a worker whose heartbeat is older is gone
SLOT_S = 15  # a slot that is not renewed (a socket that died) frees itself
RENEW_S = 5.0  # so often a challenge renews it
STATS_TTL_S = 10
ASKING_S = 3.0  # who stopped asking leaves the queue
INBOX_TTL_S = 10
INBOX_LENGTH = 400  # about 20 MB of frames at the very most
STALE_LIVE_S = 1.5
STALE_WORK_S = 8.0
STILL_S = 10.0
STILL_TRIES = 2


def inbox(worker: str, lane: str) -> str:
    """The stream a worker reads."""
    return f"face:in:{worker}:{lane}"


def slots(worker: str) -> str:
    """The sorted set of sessions in a challenge at this worker."""
    return f"face:slots:{worker}"


def stats(worker: str) -> str:
    """The hash of figures of a worker: see `worker_stats.Stats`."""
    return f"face:stats:{worker}"


# KEYS: workers, queue, asked. ARGV: session, slots a worker at most, alive s, slot s, asking s.
# Returns {worker, place, slots}: a worker when granted, else "" and the place in the queue (1 is next; 0: no worker at
# all); `slots` is how many challenges all workers can take at once.
GRANT = """
local t = redis.call('TIME'); local now = tonumber(t[1]) + tonumber(t[2]) / 1e6
redis.call('ZADD', KEYS[3], now, ARGV[1])
redis.call('ZADD', KEYS[2], 'NX', now, ARGV[1])
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now - tonumber(ARGV[5]))) do
  redis.call('ZREM', KEYS[2], gone); redis.call('ZREM', KEYS[3], gone)
end
redis.call('EXPIRE', KEYS[2], 60); redis.call('EXPIRE', KEYS[3], 60)
local free, best, most, all = 0, '', 0, 0
local alive = redis.call('ZRANGEBYSCORE', KEYS[1], now - tonumber(ARGV[3]), '+inf')
if #alive == 0 then return {'', 0, 0} end
for _, w in ipairs(alive) do
  local key = 'face:slots:' .. w
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  redis.call('ZREM', key, ARGV[1])
  local can = math.min(tonumber(ARGV[2]), tonumber(redis.call('HGET', 'face:stats:' .. w, 'slots') or ARGV[2]))
  local f = math.max(0, can - redis.call('ZCARD', key))
  free, all = free + f, all + can
  if f > most then best, most = w, f end
end
local rank = redis.call('ZRANK', KEYS[2], ARGV[1])
if rank < free then
  redis.call('ZADD', 'face:slots:' .. best, now + tonumber(ARGV[4]), ARGV[1])
  redis.call('EXPIRE', 'face:slots:' .. best, 120)
  redis.call('ZREM', KEYS[2], ARGV[1]); redis.call('ZREM', KEYS[3], ARGV[1])
  return {best, 0, all}
end
return {'', rank - free + 1, all}
"""

# KEYS: the worker's slots. ARGV: session, slot s.
RENEW = """
local t = redis.call('TIME')
redis.call('ZADD', KEYS[1], 'XX', tonumber(t[1]) + tonumber(ARGV[2]), ARGV[1])
redis.call('EXPIRE', KEYS[1], 120)
"""

# KEYS: workers. ARGV: alive s, the worker wanted (may be empty).
# Returns it if alive, else the one with the shortest inbox.
CHOOSE = """
local t = redis.call('TIME'); local now = tonumber(t[1]) + tonumber(t[2]) / 1e6
local alive = redis.call('ZRANGEBYSCORE', KEYS[1], now - tonumber(ARGV[1]), '+inf')
local best, least = '', nil
for _, w in ipairs(alive) do
  if w == ARGV[2] then return w end
  local n = redis.call('XLEN', 'face:in:' .. w .. ':work') + redis.call('ZCARD', 'face:slots:' .. w)
  if least == nil or n < least then best, least = w, n end
end
return best
"""

# KEYS: a channel of the layer. ARGV: what is older is dropped (s), now (s), the message, expiry s.
# Returns how many messages wait.
TELL = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, ARGV[1])
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return redis.call('ZCARD', KEYS[1])
"""
