#!/usr/bin/perl
# hostile.pl - bad company on the sockets of resident programs, all at once.
#
# usage: hostile.pl hold|crowd|wait DIR TOKEN BODY_MAX <TARGETS
#
# Each line of TARGETS: NAME METHOD PATH STATUS [BODY], apart by tabs: on
# DIR/NAME.sock that request is answered with STATUS.  Every kind of connection
# below is opened to each of them.  Those that no program can make sense of
# must be closed, and what is too large refused.  All others stay open, and
#
#	hold	must not be closed: "ready" is printed when the above is so,
#		and a request that came a byte at a time was answered; after a
#		TERM signal it ends
#	crowd	the same with many that send most of a body
#	wait	must be closed by the programs: it ends when they have
#
# Whatever goes another way is a line on stdout.
use strict;
use warnings;
use Errno qw(EAGAIN);
use IO::Poll qw(POLLERR POLLHUP POLLIN POLLOUT);
use IO::Socket::UNIX;
use Time::HiRes qw(time);

use constant {
	BEGIN_REQUEST => 1, ABORT => 2, PARAMS => 4, STDIN_ => 5,
	GET_VALUES => 9, RESPONDER => 1, FILTER => 3, KEEP => 1,
};

my ($mode, $dir, $token, $body_max) = @ARGV;
my $patience = time + 50;
my $told_to_end = 0;
$SIG{PIPE} = 'IGNORE';
$SIG{TERM} = sub { $told_to_end = 1 };
$| = 1;

# ------------------------------------------------------------- the protocol

sub record {
	my ($type, $text, $id) = @_;
	return pack('CCnnCx', 1, $type, $id // 1, length $text, 0) . $text;
}

sub stream {
	my ($type, $text, $id) = @_;
	return join '', map { record($type, $_, $id) }
	    unpack('(a32000)*', $text), '';
}

sub begin {
	my ($flags, $role, $id) = @_;
	return record(BEGIN_REQUEST, pack('nCx5', $role // RESPONDER,
	    $flags // 0), $id);
}

sub size { $_[0] < 0x80 ? chr $_[0] : pack 'N', $_[0] | 0x80000000 }
sub pair { size(length $_[0]) . size(length $_[1]) . join '', @_ }

sub params {
	my ($t, %other) = @_;
	my %p = (REQUEST_METHOD => $t->{method}, REQUEST_URI => $t->{path},
	    CONTENT_LENGTH => length $t->{body}, REMOTE_ADDR => '127.0.0.1',
	    HTTP_AUTHORIZATION => "Bearer $token", %other);
	return join '', map { pair($_, $p{$_}) } sort keys %p;
}

sub head { begin() . stream(PARAMS, params(@_)) }
sub lengths { begin() . stream(PARAMS, size($_[0]) . size($_[0]) . 'A=B') }
sub too_much {
	return head($_[0], CONTENT_LENGTH => '') . record(STDIN_, 'x' x 40000) .
	    record(STDIN_, 'x' x ($body_max + 1 - 40000));
}

# A request to which the answer is longer than itself.
sub question {
	my ($t, $id) = @_;
	return begin(KEEP, RESPONDER, $id) . stream(PARAMS, params($t,
	    REQUEST_METHOD => 'GET', REQUEST_URI => '/', CONTENT_LENGTH => ''),
	    $id) . record(STDIN_, '', $id);
}

# --------------------------------------------------------------- the company

# Each says what it sends.  end: when it is closed, "now" or "time"; status:
# the answer it gets; body: only where the request has one; deaf: it never
# reads; endless: and says the same for ever.
my %company = (
	'wrong version' => { end => 'now',
	    text => sub { "\2" . substr begin(), 1 } },
	'another protocol' => { end => 'now',
	    text => sub { "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" } },
	'lengths of 2 GB' => { end => 'now',
	    text => sub { lengths(0x7ffffffe) } },
	'lengths of 1 GB' => { end => 'now',
	    text => sub { lengths(0x3ffffffe) } },
	'a length beyond the end' => { end => 'now',
	    text => sub { lengths(200) } },
	'params of 70 kB' => { end => 'now',
	    text => sub { head($_[0], HTTP_COOKIE => 'c' x 70000) } },
	'another role' => { end => 'now', text => sub { begin(0, FILTER) } },
	'request 0' => { end => 'now', text => sub { begin(0, RESPONDER, 0) } },
	'a short beginning' => { end => 'now',
	    text => sub { record(BEGIN_REQUEST, "\0\1") } },
	'params twice' => { end => 'now',
	    text => sub { head($_[0]) . stream(PARAMS, 'AB') } },
	'given up' => { end => 'now',
	    text => sub { head($_[0]) . record(ABORT, '') } },
	'silent' => { end => 'time', text => sub { '' } },
	'half a record header' => { end => 'time',
	    text => sub { substr begin(), 0, 5 } },
	'half a record' => { end => 'time',
	    text => sub { substr begin(), 0, 12 } },
	'half-sent params' => { end => 'time',
	    text => sub {
		begin() . substr record(PARAMS, params($_[0])), 0, 40
	    } },
	'params without end' => { end => 'time',
	    text => sub { begin() . record(PARAMS, params($_[0])) } },
	'a body without end' => { end => 'time',
	    text => sub { head($_[0]) . record(STDIN_, '{') } },
	'a question and no request' => { end => 'time',
	    text => sub { record(GET_VALUES, '', 0) } },
	'a part of no request' => { end => 'time',
	    text => sub { record(STDIN_, 'text', 7) } },
	'a Content-Length that is none' => { end => 'time', status => 400,
	    text => sub { head($_[0], CONTENT_LENGTH => '9' x 30) } },
	'too large by Content-Length' => { end => 'time', status => 413,
	    body => 1,
	    text => sub { head($_[0], CONTENT_LENGTH => 1 << 40) } },
	'too large a body' => { end => 'now', status => 413, body => 1,
	    text => sub { too_much($_[0]) . record(STDIN_, '') } },
	'too large a body without end' => { end => 'time', status => 413,
	    body => 1, text => \&too_much },
	'never reads' => { end => 'time', deaf => 1,
	    text => sub {
		my ($t) = @_;
		join '', map { question($t, $_) } 1 .. 2000;
	    } },
	'never reads nor ends' => { end => 'time', deaf => 1, endless => 1,
	    text => sub { begin() x 4000 } },
);
# Together more than a program may hold.
my $most_of_a_body = { end => 'time', body => 1,
    text => sub { head($_[0], CONTENT_LENGTH => 60000) .
	record(STDIN_, ' ' x 40000) } };
my %crowd = map { ("most of a body, $_" => $most_of_a_body) } 1 .. 20;
# Sends a byte at a time.
my $slow = { end => 'now', slow => 1,
    text => sub { head($_[0]) . stream(STDIN_, $_[0]{body}) } };

my $poll = IO::Poll->new;
my @all;

sub watch {
	my ($c) = @_;
	$poll->mask($c->{socket} => ($c->{deaf} ? 0 : POLLIN) |
	    (length $c->{out} && !$c->{slow} ? POLLOUT : 0));
}

sub arrive {
	my ($target, $name, $kind) = @_;
	my $c = { status => undef, %$kind, name => "$target->{name}: $name" };
	$c->{status} = $target->{status} if $c->{slow};
	$c->{socket} = IO::Socket::UNIX->new(
	    Peer => "$dir/$target->{name}.sock") or die "$c->{name}: $!";
	$c->{socket}->blocking(0);
	$c->{out} = $c->{text}->($target);
	$c->{in} = '';
	push @all, $c;
	watch($c);
}

# --------------------------------------------------------------- the evening

sub leave {
	my ($c) = @_;
	$poll->remove($c->{socket});
	close $c->{socket};
	$c->{closed} = 1;
}

sub talk {
	my ($c) = @_;
	my $n = syswrite $c->{socket}, $c->{out}, $c->{slow} ? 1 : 65536;
	return $! == EAGAIN || leave($c) unless defined $n;
	my $said = substr $c->{out}, 0, $n, '';
	$c->{out} .= $said if $c->{endless};
	watch($c);
}

sub hear {
	my ($c) = @_;
	my $n = sysread $c->{socket}, $c->{in}, 65536, length $c->{in};
	leave($c) if defined $n ? $n == 0 : $! != EAGAIN;
}

sub answer { $_[0]{in} =~ /Status: (\d+)/ ? $1 : 0 }

# What it still has to wait for.
sub lacks {
	my ($c) = @_;
	return $c->{closed} ? undef : 'is not closed' if $mode eq 'wait';
	return 'is not closed' if $c->{end} eq 'now' && !$c->{closed};
	return 'is not answered' if $c->{status} && !answer($c);
	return 'is read from without end' if $c->{deaf} && !$c->{stuck};
	return;
}

sub turn {
	my ($left) = @_;
	my $creeping = grep { $_->{slow} && length $_->{out} } @all;
	$poll->poll($creeping ? 0.001 : $left);
	for my $c (grep { !$_->{closed} } @all) {
		my $e = $poll->events($c->{socket}) // 0;
		hear($c) if !$c->{deaf} && $e & (POLLIN | POLLHUP | POLLERR);
		leave($c) if $c->{deaf} && $e & (POLLHUP | POLLERR);
		$c->{stuck} ||= !($e & POLLOUT);
		talk($c) if !$c->{closed} && ($e & POLLOUT ||
		    $c->{slow} && length $c->{out});
	}
}

sub until_all_is_well {
	while ($patience > time && grep { lacks($_) } @all) {
		turn($patience - time);
	}
	for my $c (@all) {
		my $lacks = lacks($c);
		print "$c->{name} $lacks\n" if $lacks;
		print "$c->{name} got ", answer($c), "\n"
		    if !$lacks && $mode ne 'wait' && $c->{status} &&
		    answer($c) != $c->{status};
	}
}

while (<STDIN>) {
	chomp;
	my %target;
	@target{qw(name method path status body)} = (split(/\t/), '');
	my $kinds = $mode eq 'crowd' ? \%crowd : \%company;
	for my $name (sort keys %$kinds) {
		arrive(\%target, $name, $kinds->{$name})
		    if length $target{body} || !$kinds->{$name}{body};
	}
	arrive(\%target, 'slow', $slow) if $mode ne 'wait';
}
until_all_is_well();
if ($mode ne 'wait') {
	print "ready\n";
	turn(1) until $told_to_end;
	print map { "$_->{name} was closed early\n" }
	    grep { $_->{closed} && $_->{end} eq 'time' } @all;
}
