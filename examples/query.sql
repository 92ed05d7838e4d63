SELECT customer.name, COUNT(*) AS orders
FROM customer
JOIN invoice ON invoice.customer_id = customer.id
WHERE 
