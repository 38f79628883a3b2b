#!/usr/bin/perl
# fcgi-body.pl - a FastCGI request with a body that is not as long as it says.
#
# usage: fcgi-body.pl SOCKET URI TOKEN CONTENT_LENGTH BYTES
#
# POSTs BYTES bytes and prints what the program answers.  CONTENT_LENGTH may be
# empty: none is said.
use strict;
use warnings;
use IO::Socket::UNIX;

my ($socket, $uri, $token, $length, $bytes) = @ARGV;
my $s = IO::Socket::UNIX->new(Peer => $socket) or die "$socket: $!\n";
my %param = (REQUEST_METHOD => 'POST', REQUEST_URI => $uri,
    CONTENT_LENGTH => $length, REMOTE_ADDR => '127.0.0.1',
    HTTP_AUTHORIZATION => "Bearer $token");

sub record {
	my ($type, $content) = @_;
	print $s pack('CCnnCC', 1, $type, 1, length $content, 0, 0), $content;
}
sub size { my $n = shift; $n < 128 ? chr $n : pack 'N', $n | 0x80000000 }

$SIG{PIPE} = 'IGNORE';
$s->autoflush(1);
record(1, pack('nCx5', 1, 0));
record(4, join '', map { size(length) . size(length $param{$_}) . $_ .
    $param{$_} } keys %param);
record(4, '');
for (my $left = $bytes; $left > 0; $left -= 8000) {
	record(5, 'x' x ($left < 8000 ? $left : 8000));
}
record(5, '');
my $in = '';
while (sysread $s, my $some, 65536) { $in .= $some }
while (length $in >= 8) {
	my (undef, $type, undef, $n, $padding) = unpack 'CCnnC', $in;
	print substr $in, 8, $n if $type == 6;
	$in = substr $in, 8 + $n + $padding;
}
