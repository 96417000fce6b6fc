/** What host-facts.sh says of a host that can be a node of every kind. */
export const goodHost = `os debian
os-version 12
arch x86_64
init systemd
apt yes
cgroups 2 cpu memory pids
disk 99999999
memory 9999999
ports 16
end
`;
