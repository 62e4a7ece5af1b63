-- For wrk: sends the requests of a file, each once, shared among the threads. A line is one request, "\31" its line ends.
local threads = {}

function setup(thread)
  thread:set("id", #threads)
  table.insert(threads, thread)
end

function init(args)
  requests, at, delay_ms = {}, 0, tonumber(args[3] or "0")
  local number, of = 0, tonumber(args[2])
  for line in io.lines(args[1]) do
    if number % of == id then
      requests[#requests + 1] = (line:gsub("\31", "\r\n"))
    end
    number = number + 1
  end
end

function delay()
  return delay_ms
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"requests": %d, "seconds": %f, "refused": %d, "lost": %d, "p50": %f, "p95": %f, "p99": %f}\n',
    summary.requests, summary.duration / 1e6, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000))
end
