# A web server of the standard library alone, so that the example needs no gems: your app has Puma instead.
require 'socket'

server = TCPServer.new('0.0.0.0', Integer(ENV.fetch('PORT')))
$stdout.sync = true
trap('TERM') { exit }
puts "Ruby #{RUBY_VERSION} listens on #{server.addr[1]}"

loop do
  Thread.start(server.accept) do |client|
    request = client.gets
    # The headers end with an empty line.
    nil until client.gets.to_s.strip.empty?
    puts request
    body = "Hello from Ruby #{RUBY_VERSION}, release #{ENV.fetch('DEIS_RELEASE', 'none')}\n"
    client.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: #{body.bytesize}\r\nConnection: close\r\n\r\n#{body}")
  ensure
    client.close
  end
end
