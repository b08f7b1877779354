create table orders (id int primary key, name varchar(40));
insert into orders select x, 'order ' || x from system_range(0, 9);
create alias pause for "java.lang.Thread.sleep(long)";
