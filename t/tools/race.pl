#!/usr/bin/perl
# race.pl SOCKET N - two clients register one name at the same instant, N times.
#
# Both requests are on their way but for a byte; then both bytes are sent.
# Prints, for each kind of outcome, how often it came: "200 400 M_USER_IN_USE".
use strict;
use warnings;
use IO::Socket::UNIX;

my ($path, $n) = @ARGV;
my %seen;

sub request {
	my ($name, $device) = @_;
	my $body = qq({"username":"$name","password":"x","device_id":"$device",) .
	    qq("auth":{"type":"m.login.dummy"}});
	return "POST /_matrix/client/v3/register HTTP/1.0\r\n" .
	    "Host: localhost\r\nContent-Type: application/json\r\n" .
	    "Content-Length: " . length($body) . "\r\n\r\n$body";
}

sub answer {
	my ($socket) = @_;
	local $/;
	my $text = <$socket> // '';
	my ($status) = $text =~ m{^HTTP/\S+ (\d+)};
	my ($errcode) = $text =~ /"errcode":"(\w+)"/;
	return join ' ', $status // 'none', $errcode // ();
}

for my $i (1 .. $n) {
	my @sockets = map {
		my $s = IO::Socket::UNIX->new(Peer => $path) or die "$path: $!";
		my $text = request("race$i", "D$_");
		syswrite $s, substr($text, 0, -1);
		[$s, substr $text, -1];
	} 1, 2;
	syswrite $_->[0], $_->[1] for @sockets;
	$seen{join ' ', sort map { answer($_->[0]) } @sockets}++;
}
print "$seen{$_} $_\n" for sort keys %seen;
